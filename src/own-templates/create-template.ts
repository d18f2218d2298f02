import { randomUUID } from "node:crypto";
import { objectKeys } from "@reelay/contracts";
import type { TemplateManifest } from "@reelay/templates";
import type { Prisma, Template } from "../../prisma/generated/client.ts";
import type { Viewer } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { ConflictError, ExpectedError, QuotaExceededError } from "../errors/index.ts";
import type { Tx } from "../events/index.ts";
import { beginCheck } from "../source-checks/index.ts";
import type { KnownTemplate } from "../templates/index.ts";
import { planWith } from "../videos/index.ts";
import { judgeTemplate } from "./judge-template.ts";
import { type FilesInput, readFiles } from "./read-files.ts";
import { removeFiles } from "./remove-files.ts";

/** Versions of all templates of a workspace. */
const MAX_VERSIONS = 100;
/** Only deletions make room, at an unknown time. */
const RETRY_MS = 60_000;
const WAIT_MS = 10_000;
/** Shorter side of the pictures that a check draws, in pixels. */
const STILL_SIDE = 360;

type Deps = Pick<OperationDeps, "db" | "store" | "clock" | "log" | "checkWaits" | "limits">;

/**
 * Makes a version of a template, has a worker draw its example, and waits for that for a while. The same
 * files again are the same version. A FAILED version is replaced.
 *
 * Throws `InvalidInputError` (of `readFiles` and `judgeTemplate`), `ConflictError`
 * (`TEMPLATE_VERSION_EXISTS`, `MATERIAL_NOT_READY`) and `QuotaExceededError` (`TEMPLATES`, `PENDING_CHECKS`).
 */
export async function createTemplate(
  deps: Deps,
  { workspaceId }: Pick<Viewer, "workspaceId">,
  input: FilesInput,
): Promise<{ templateId: string }> {
  const contents = await readFiles(deps, workspaceId, input);
  const field = input.archive == null ? "files" : "archive";
  const { manifest, sha256 } = await judgeTemplate(contents, field);
  const template = toRow({ workspaceId, manifest, sha256, contents, now: deps.clock() });
  const { id } = template;
  // Before its row: a worker may ask for them as soon as that is there.
  for (const [path, content] of contents) await deps.store.put(objectKeys.templateFile(id, path), content);
  try {
    const { templateId, isAwaited } = await deps.db.$transaction(
      (tx) => insert(tx, deps, { template, manifest }),
      { timeout: 20_000 },
    );
    if (templateId !== id) await removeFiles(deps, id);
    if (isAwaited)
      await deps.checkWaits.wait(
        WAIT_MS,
        async () => (await deps.db.template.count({ where: { id, status: "CHECKING" } })) === 0,
      );
    return { templateId };
  } catch (error) {
    // After an outage the row may exist, and needs its files.
    if (error instanceof ExpectedError) await removeFiles(deps, id);
    throw error;
  }
}

function toRow({
  contents,
  now,
  ...row
}: {
  workspaceId: string;
  manifest: TemplateManifest;
  sha256: string;
  contents: ReadonlyMap<string, Buffer>;
  now: Date;
}) {
  const files = [...contents].map(([path, content]) => ({ path, sizeBytes: content.length }));
  return {
    ...row,
    id: randomUUID(),
    name: row.manifest.name,
    version: row.manifest.version,
    status: "CHECKING" as const,
    files,
    sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    checkId: null,
    issues: [],
    error: null,
    createdAt: now,
  };
}

/**
 * Locks: an advisory lock per workspace until the commit, so that of two equal requests the second finds the
 * first one's row, and the limit is exact.
 */
async function insert(
  tx: Tx,
  deps: Deps,
  { template, manifest }: { template: ReturnType<typeof toRow>; manifest: TemplateManifest },
): Promise<{ templateId: string; isAwaited: boolean }> {
  const { id, workspaceId, name, version, sha256 } = template;
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('reelay.templates'), hashtext(${workspaceId}))`;
  const known = await tx.template.findUnique({
    where: { workspaceId_name_version: { workspaceId, name, version } },
  });
  if (known && known.status !== "FAILED") {
    if (known.sha256 === sha256) return { templateId: known.id, isAwaited: false };
    throw versionExists(known);
  }
  if (known) await tx.template.delete({ where: { id: known.id } });
  await assertRoom(tx, workspaceId);
  const own: KnownTemplate = { manifest, sha256, own: template as Template };
  const { data, settings } = await planWith({ db: tx, limits: deps.limits }, workspaceId, {
    template: own,
    input: { data: manifest.example, voice: { name: "NONE" } },
  });
  // Only drawing shows what its pictures cost.
  const scale = STILL_SIDE / Math.min(...manifest.size);
  const [width = 0, height = 0] = manifest.size.map((side) => 2 * Math.round((side * scale) / 2));
  const stills = { scenes: null, mark: null, width, height };
  const text = { kind: "TEMPLATE", content: data, params: settings } as const;
  const { id: checkId, isAwaited } = await beginCheck(tx, { workspaceId, text, stills }, deps.clock());
  const { error: _none, ...row } = template;
  await tx.template.create({ data: { ...row, manifest: manifest as Prisma.InputJsonObject, checkId } });
  return { templateId: id, isAwaited };
}

async function assertRoom(tx: Tx, workspaceId: string): Promise<void> {
  const used = await tx.template.count({ where: { workspaceId } });
  if (used < MAX_VERSIONS) return;
  throw new QuotaExceededError(
    `The workspace has ${used} versions of templates, and may have ${MAX_VERSIONS}. Delete those that are not needed any more with \`deleteTemplate\`.`,
    { quota: "TEMPLATES", limit: MAX_VERSIONS, used, retryAfterMs: RETRY_MS },
  );
}

const versionExists = ({ name, version }: Template): ConflictError =>
  new ConflictError(
    "TEMPLATE_VERSION_EXISTS",
    `The template ${name} has other files in its version ${version}, and a version never changes. Raise "version" in template.json.`,
  );
