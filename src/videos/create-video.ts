import { randomUUID } from "node:crypto";
import type { SourceMaterial } from "@reelay/contracts";
import type { PlaybackPolicy } from "../../prisma/generated/enums.ts";
import type { Viewer } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { isUniqueViolation } from "../database/index.ts";
import { ConflictError, ExpectedError, InvalidInputError } from "../errors/index.ts";
import type { Tx } from "../events/index.ts";
import { type KeyedRequest, onceByKey, repeatedDespite } from "../idempotency/index.ts";
import { holdMaterials } from "../materials/index.ts";
import { chooseProfile } from "../profiles/index.ts";
import { admitSource, withinActiveJobs } from "../quotas/index.ts";
import { publishFirstStatus } from "../streaming/index.ts";
import { readPool } from "../workers/index.ts";
import { beginSource, type SourceInput } from "./begin-source.ts";
import { checkExternalId, checkMetadata, checkTags, checkTitle } from "./check-input.ts";
import { materialsField } from "./check-script.ts";
import { firstStatus, insertVideo, type NewVideo, newVideoRequirements } from "./insert-video.ts";
import { templateMaterialsField } from "./plan-template.ts";
import {
  applyGrant,
  rememberUploadedVideo,
  useUploadToken,
  type VideoInput,
  withoutFigures,
} from "./use-upload-token.ts";

export interface CreateVideoInput extends VideoInput {
  source: SourceInput;
}

/**
 * Writes a video with its source, job, tasks and first events in one transaction. The job of a URL, a
 * script or data is queued immediately. With an `idempotencyKey`, a repeat returns the first request's video.
 * `also` runs in the transaction of a new video.
 */
export async function createVideo(
  deps: OperationDeps,
  viewer: Viewer,
  input: CreateVideoInput,
  also: (tx: Tx, videoId: string) => Promise<void> = () => Promise.resolve(),
): Promise<{ videoId: string }> {
  const { idempotencyKey: key, ...rest } = input;
  const now = deps.clock();
  const { grant, workspaceId } = viewer;
  const request = { key, operation: "createVideo", input: rest };
  const begun = await begin().catch(async (refusal: unknown) => {
    const owned = { ...request, workspaceId, owner: keyOwnerOf(viewer) };
    return await repeatedDespite(deps.db, owned, refusal);
  });
  if (typeof begun === "string") return { videoId: begun };
  const { video, source, forget } = begun;
  try {
    const written = await writeVideo(deps, { ...video, source }, { ...request, now, viewer, also });
    if (!written.isNew) await forget();
    return { videoId: written.videoId };
  } catch (error) {
    // After an outage the row may exist; then a repeat with the key continues with its source.
    if (error instanceof ExpectedError) await forget();
    throw error;
  }

  async function begin() {
    const checked = await checkVideo(deps, viewer, input);
    if (grant && !input.source.upload) throw uploadsOnly(input.source);
    const { videoId } = checked;
    const subject = { videoId, workspaceId, now, maxBytes: maxBytesOf(deps, viewer) };
    return { video: checked, ...(await beginSource(deps, input.source, subject)) };
  }
}

export type CheckedVideo = Omit<NewVideo, "source">;

/** Checks a new video without its source. Throws `InvalidInputError`. */
export async function checkVideo(
  { db }: Pick<OperationDeps, "db">,
  { workspaceId, grant }: Viewer,
  asked: VideoInput,
  videoId: string = randomUUID(),
): Promise<CheckedVideo> {
  if (grant?.kind === "VIEW") throw new Error("A viewer token creates a video.");
  const input = grant ? applyGrant(grant, asked) : asked;
  const chosen = await chooseProfile(db, workspaceId, input.profile);
  const { download } = input;
  const profile = download && !chosen.download ? { ...chosen, download } : chosen;
  return {
    videoId,
    workspaceId,
    profile,
    title: checkTitle(input.title),
    externalId: typeof input.externalId === "string" ? checkExternalId(input.externalId) : null,
    metadata: checkMetadata(input.metadata ?? {}),
    tags: checkTags("tags", input.tags ?? []),
    priority: input.priority ?? "STANDARD",
    playbackPolicy: input.playbackPolicy ?? null,
  };
}

/** Maximum file size for this viewer. */
export const maxBytesOf = ({ limits }: Pick<OperationDeps, "limits">, { grant }: Viewer): number =>
  grant?.kind === "UPLOAD" ? Math.min(grant.maxBytes, limits.uploadBytes) : limits.uploadBytes;

/** Scope of a viewer's idempotency keys: those of a token's holder are separate from the workspace's. */
export const keyOwnerOf = ({ grant }: Viewer): string | undefined => grant && `token/${grant.tokenId}`;

function uploadsOnly(source: SourceInput): InvalidInputError {
  const field = source.manim ? "source.manim" : source.template ? "source.template" : "source.url";
  return new InvalidInputError(
    "NOT_WITH_UPLOAD_TOKEN",
    field,
    `${field}: an upload token only permits uploads. Send the file, or use an API key with the scope WRITE.`,
  );
}

/**
 * Writes the video in one transaction, once per key and within the workspace's quota, then its first
 * status.json. `isNew` is false if an earlier request with the key created `videoId`.
 */
export async function writeVideo(
  deps: OperationDeps,
  video: NewVideo,
  {
    key,
    operation,
    input,
    now,
    viewer,
    also,
  }: Pick<KeyedRequest, "key" | "operation" | "input"> & {
    now: Date;
    viewer: Viewer;
    also?: (tx: Tx, videoId: string) => Promise<void>;
  },
): Promise<{ videoId: string; isNew: boolean }> {
  const { videoId, workspaceId, priority } = video;
  const { activeJobs: maxActiveJobs } = deps.limits;
  const request = { workspaceId, key, owner: keyOwnerOf(viewer), operation, input, resultId: videoId };
  const grant = viewer.grant?.kind === "UPLOAD" ? viewer.grant : null;
  let playbackPolicy: PlaybackPolicy | null = null;
  // Before the transaction, which holds locks that other requests wait for.
  const pool = await readPool(deps.db, newVideoRequirements(video), now);
  try {
    const createdId = await onceByKey(deps.db, request, async (tx) => {
      if (grant) await useUploadToken(tx, grant, now);
      await admitSource(tx, {
        workspaceId,
        sizeBytes: Number(video.source.sizeBytes ?? 0),
        now,
        limits: deps.limits,
      });
      await withinActiveJobs(tx, { workspaceId, now, maxActiveJobs }, async (room) => {
        playbackPolicy = await insertVideo(tx, video, { now, maxActiveJobs, room, pool });
        return playbackPolicy !== null;
      });
      await holdSourceMaterials(tx, videoId, video.source);
      if (grant) await rememberUploadedVideo(tx, grant, videoId);
      await also?.(tx, videoId);
    });
    const isNew = createdId === videoId;
    if (isNew && playbackPolicy !== null) {
      deps.metrics?.jobCreated(priority);
      const status = firstStatus(video);
      await publishFirstStatus(deps, { id: videoId, workspaceId, status, playbackPolicy, now });
    }
    return { videoId: createdId, isNew };
  } catch (error) {
    if (isExternalIdTaken(error)) throw externalIdTaken(video.externalId ?? "");
    throw grant ? withoutFigures(error) : error;
  }
}

/** Records which materials a source uses. Throws `InvalidInputError` (`MATERIAL_NOT_FOUND`). */
export async function holdSourceMaterials(
  tx: Tx,
  videoId: string,
  source: NewVideo["source"],
): Promise<void> {
  const materials = materialsOf(source);
  if (materials.length === 0) return;
  const field = source.kind === "TEMPLATE" ? templateMaterialsField : materialsField;
  await holdMaterials(tx, { videoId, materials, field });
}

/** Every material that a new video uses. */
function materialsOf({ params }: NewVideo["source"]): Pick<SourceMaterial, "materialId">[] {
  if (params === undefined) return [];
  const music = "music" in params && params.music ? [params.music] : [];
  const background = "background" in params ? params.background : undefined;
  const clip = background?.origin === "MATERIAL" ? [background] : [];
  const all = [...(params.materials ?? []), ...music, ...clip];
  return [...new Map(all.map((material) => [material.materialId, material])).values()];
}

/** A client's input can only violate one unique index of `videos`. */
export const isExternalIdTaken = isUniqueViolation;

export const externalIdTaken = (externalId: string): ConflictError =>
  new ConflictError(
    "EXTERNAL_ID_TAKEN",
    `Another video of this workspace has the externalId ${JSON.stringify(externalId)}. Find it with videoByExternalId, or use another one.`,
  );
