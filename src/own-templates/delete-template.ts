import type { Viewer } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { ConflictError, NotFoundError } from "../errors/index.ts";
import { encodeGlobalId } from "../inputs/index.ts";
import { removeFiles } from "./remove-files.ts";

/**
 * Deletes a version of a template, or all of them. Finished videos stay as they are; drawing one of them
 * again fails with `TEMPLATE_DELETED`. Throws `NotFoundError` (`TEMPLATE_NOT_FOUND`), and `ConflictError`
 * (`TEMPLATE_IN_USE`) while a job needs it.
 */
export async function deleteTemplate(
  deps: Pick<OperationDeps, "db" | "store" | "log">,
  { workspaceId }: Pick<Viewer, "workspaceId">,
  { name, version }: { name: string; version?: number | null },
): Promise<{ name: string; versions: number[] }> {
  const deleted = await deps.db.$transaction(async (tx) => {
    const where = { workspaceId, name, ...(version != null && { version }) };
    const rows = await tx.template.findMany({ where, orderBy: { version: "asc" } });
    if (rows.length === 0) throw notFound(name, version ?? null);
    const ids = rows.map(({ id }) => id);
    const [using] = await tx.$queryRaw<{ id: string; version: number }[]>`
      SELECT j.id, (s.params->'template'->>'version')::int AS version
      FROM jobs j JOIN sources s ON s.video_id = j.video_id
      WHERE j.workspace_id = ${workspaceId}::uuid AND j.status IN ('PENDING', 'QUEUED', 'RUNNING')
        AND s.params->'template'->'stored'->>'templateId' = ANY(${ids}) LIMIT 1`;
    if (using) throw inUse(name, using);
    await tx.template.deleteMany({ where: { id: { in: ids } } });
    return rows;
  });
  for (const { id } of deleted) await removeFiles(deps, id);
  return { name, versions: deleted.map((row) => row.version) };
}

const notFound = (name: string, version: number | null): NotFoundError =>
  new NotFoundError(
    "TEMPLATE_NOT_FOUND",
    `This workspace has no template ${JSON.stringify(name.slice(0, 100).toWellFormed())} of its own${version === null ? "" : ` in version ${version}`}. \`templates\` lists those that exist; built-in ones cannot be deleted.`,
  );

const inUse = (name: string, { id, version }: { id: string; version: number }): ConflictError =>
  new ConflictError(
    "TEMPLATE_IN_USE",
    `The template ${name}, version ${version}, is needed by the unfinished job ${JSON.stringify(encodeGlobalId("Job", id))}. Delete it once the job has ended, or cancel the job.`,
  );
