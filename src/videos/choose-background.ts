import type { BackgroundClip } from "@reelay/contracts";
import type { OperationDeps } from "../context/index.ts";
import type { Db } from "../database/index.ts";
import { ConflictError, InvalidInputError } from "../errors/index.ts";
import { keyOf } from "../inputs/index.ts";
import { chooseClip } from "../materials/index.ts";
import { toSafeFilename } from "../upload-addresses/index.ts";
import { checkSourceUrl } from "./check-input.ts";
import { decodePath } from "./decode-path.ts";

/** A clip behind the pictures of a template: exactly one field. */
export interface BackgroundInput {
  /** Id of a material. */
  material?: string | null | undefined;
  /** Id of a video. */
  video?: string | null | undefined;
  url?: string | null | undefined;
}

/** What choosing a clip needs. */
export interface ClipDeps {
  db: Db;
  limits: Pick<OperationDeps["limits"], "allowPrivateUrls">;
}

/**
 * The clip that a template shows. Throws `InvalidInputError` (`BACKGROUND_INVALID`, `BACKGROUND_URL_REFUSED`,
 * `MATERIAL_NOT_FOUND`, `VIDEO_NOT_FOUND`) and `ConflictError` (`MATERIAL_NOT_READY`,
 * `BACKGROUND_VIDEO_NOT_READY`).
 */
export async function chooseBackground(
  { db, limits }: ClipDeps,
  workspaceId: string,
  { background, field }: { background: BackgroundInput; field: string },
): Promise<BackgroundClip> {
  const { material, video, url } = background;
  if (url != null) return clipAt(url, limits.allowPrivateUrls, `${field}.url`);
  if (video != null) return await clipOfVideo(db, workspaceId, { id: video, field: `${field}.video` });
  if (material != null)
    return await chooseClip(db, workspaceId, { id: material, field: `${field}.material` });
  throw new InvalidInputError(
    "BACKGROUND_INVALID",
    field,
    `${field}: names no clip. Pass exactly one of \`material\`, \`video\` and \`url\`, or omit it.`,
  );
}

function clipAt(url: string, allowPrivate: readonly string[], field: string): BackgroundClip {
  const address = checkSourceUrl(url, allowPrivate, { field, code: "BACKGROUND_URL_REFUSED" });
  const filename = toSafeFilename(decodePath(address));
  return { origin: "URL", url: address.href, filename };
}

/** The original of a video, which has the best picture. */
async function clipOfVideo(
  db: Db,
  workspaceId: string,
  { id, field }: { id: string; field: string },
): Promise<BackgroundClip> {
  const key = keyOf("Video", id);
  const row =
    key === null
      ? null
      : await db.video.findFirst({ where: { workspaceId, id: key }, include: { source: true } });
  if (row === null)
    throw new InvalidInputError(
      "VIDEO_NOT_FOUND",
      field,
      `${field}: there is no video ${JSON.stringify(id.slice(0, 100).toWellFormed())} in this workspace. Use an id that \`videos\` lists.`,
    );
  const { source } = row;
  const title = JSON.stringify(row.title);
  if (source?.kind === "MANIM" || source?.kind === "TEMPLATE")
    throw new InvalidInputError(
      "BACKGROUND_INVALID",
      field,
      `${field}: the video ${title} was drawn, and has no file of its own. Use an uploaded video or one from a URL, or upload its download as a material.`,
    );
  if (row.status !== "READY" || !source?.sizeBytes)
    throw new ConflictError(
      "BACKGROUND_VIDEO_NOT_READY",
      `${field}: the video ${title} is ${row.status}, and a background is a READY one. Wait until it is, or use another one.`,
    );
  return {
    origin: "VIDEO",
    videoId: row.id,
    key: source.objectKey,
    filename: source.filename,
    sizeBytes: Number(source.sizeBytes),
  };
}
