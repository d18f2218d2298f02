import { TemplateFile, type TemplateVersion } from "@reelay/contracts";
import { builtInTemplates, hashTemplate, loadTemplate, TemplateManifest } from "@reelay/templates";
import { z } from "zod";
import type { Template } from "../../prisma/generated/client.ts";
import type { Db } from "../database/index.ts";
import { ConflictError, InvalidInputError } from "../errors/index.ts";

/** A template that sources can name. */
export interface KnownTemplate {
  manifest: TemplateManifest;
  /** Of its files, hexadecimal. */
  sha256: string;
  /** The row of a workspace's own template; null for one that comes with the project. */
  own: Template | null;
}

let loading: Promise<readonly KnownTemplate[]> | undefined;

/** The templates that come with the project, by name. They are read once: their files never change. */
export const listBuiltIn = (): Promise<readonly KnownTemplate[]> => (loading ??= readBuiltIn());

const readBuiltIn = async (): Promise<KnownTemplate[]> =>
  await Promise.all(
    [...(await builtInTemplates())]
      .toSorted(([one], [other]) => one.localeCompare(other))
      .map(async ([, folder]) => {
        const [{ manifest }, sha256] = await Promise.all([loadTemplate(folder), hashTemplate(folder)]);
        return { manifest, sha256, own: null };
      }),
  );

/** The templates that sources can name: the built-in ones, then the newest of the workspace, by name. */
export async function listTemplates(db: Db, workspaceId: string): Promise<KnownTemplate[]> {
  const own = await db.template.findMany({
    where: { workspaceId, status: "READY" },
    orderBy: [{ name: "asc" }, { version: "desc" }],
    distinct: ["name"],
  });
  return [...(await listBuiltIn()), ...own.map(toKnown)];
}

/** All versions of the workspace's own templates, whatever their status: by name, the newest first. */
export async function listOwnTemplates(db: Db, workspaceId: string): Promise<KnownTemplate[]> {
  const rows = await db.template.findMany({
    where: { workspaceId },
    orderBy: [{ name: "asc" }, { version: "desc" }],
  });
  return rows.map(toKnown);
}

/** The template of this name, and this version or else the newest READY one, whatever its status. */
export async function readTemplate(
  db: Db,
  workspaceId: string,
  { name, version }: { name: string; version: number | null },
): Promise<KnownTemplate | null> {
  const builtIn = (await listBuiltIn()).find(({ manifest }) => manifest.name === name);
  if (builtIn) return version === null || version === builtIn.manifest.version ? builtIn : null;
  const row = await db.template.findFirst({
    where: { workspaceId, name, ...(version === null ? { status: "READY" } : { version }) },
    orderBy: { version: "desc" },
  });
  return row && toKnown(row);
}

/** Manifests of rows, which never change: a schema is compiled once for each. */
const manifests = new Map<string, TemplateManifest>();
const MAX_KEPT = 200;

/** A row as sources use it. */
export function toKnown(row: Template): KnownTemplate {
  const manifest = manifests.get(row.id) ?? TemplateManifest.parse(row.manifest);
  manifests.delete(row.id);
  manifests.set(row.id, manifest);
  const [oldest] = manifests.keys();
  if (manifests.size > MAX_KEPT && oldest !== undefined) manifests.delete(oldest);
  return { manifest, sha256: row.sha256, own: row };
}

/** What a worker needs to find its files. */
export function versionOf({ manifest: { name, version }, sha256, own }: KnownTemplate): TemplateVersion {
  if (own === null) return { name, version, sha256 };
  const files = z.array(TemplateFile).parse(own.files);
  return { name, version, sha256, stored: { templateId: own.id, files } };
}

const MAX_NAMED = 20;

/**
 * Throws `InvalidInputError` (`TEMPLATE_NOT_FOUND`) that lists the templates, and `ConflictError`
 * (`TEMPLATE_NOT_READY`).
 */
export async function findTemplate(
  db: Db,
  workspaceId: string,
  { name, version, field }: { name: string; version: number | null; field: string },
): Promise<KnownTemplate> {
  const found = await readTemplate(db, workspaceId, { name, version });
  if (found && (found.own === null || found.own.status === "READY")) return found;
  const wanted = `${JSON.stringify(name.slice(0, 100).toWellFormed())}${version === null ? "" : `, version ${version}`}`;
  if (found)
    throw new ConflictError(
      "TEMPLATE_NOT_READY",
      `${field}: the template ${wanted} is ${found.own?.status}, and only READY ones make a video. ${found.own?.status === "FAILED" ? "Its `issues` say why; create a corrected version." : "Wait for its check."}`,
    );
  const known = (await listTemplates(db, workspaceId))
    .slice(0, MAX_NAMED)
    .map(({ manifest }) => `${manifest.name} (version ${manifest.version})`);
  throw new InvalidInputError(
    "TEMPLATE_NOT_FOUND",
    field,
    `${field}: there is no template ${wanted}. Use one of these: ${known.join(", ")}.`,
  );
}

/** Whether the data of a template can be made of a question set: it has a list of questions. Pure. */
export function showsQuestions({ data }: Pick<TemplateManifest, "data">): boolean {
  const { questions } = (data["properties"] ?? {}) as { questions?: unknown };
  return (
    typeof questions === "object" && questions !== null && "type" in questions && questions.type === "array"
  );
}
