import { randomUUID } from "node:crypto";
import { objectKeys } from "@reelay/contracts";
import type { PlaybackPolicy } from "../../prisma/generated/enums.ts";
import type { Viewer } from "../auth/viewer.ts";
import { isUniqueViolation } from "../database/db.ts";
import type { OperationDeps } from "../deps.ts";
import { ConflictError, ExpectedError, InvalidInputError } from "../errors.ts";
import { type KeyedRequest, onceByKey } from "../idempotency.ts";
import { chooseProfile } from "../profiles/index.ts";
import { withinActiveJobs } from "../quotas/active-jobs.ts";
import { admitSource } from "../quotas/index.ts";
import { publishFirstStatus } from "../streaming/publish-status.ts";
import { readPool } from "../workers/index.ts";
import {
  checkExternalId,
  checkMetadata,
  checkSourceUrl,
  checkTags,
  checkTitle,
  checkUploadSize,
  toSafeFilename,
} from "./check-input.ts";
import { firstStatus, insertVideo, type NewVideo, newVideoRequirements } from "./insert-video.ts";
import {
  applyGrant,
  rememberUploadedVideo,
  useUploadToken,
  type VideoInput,
  withoutFigures,
} from "./use-upload-token.ts";

export interface CreateVideoInput extends VideoInput {
  source: {
    upload?: { filename: string; sizeBytes: bigint | number; contentType?: string | null } | null;
    url?: { url: string; filename?: string | null } | null;
  };
}

/**
 * Writes a video with its source, job, tasks and first events in one transaction. A URL's job is queued
 * immediately. With an `idempotencyKey`, a repeat returns the first request's video.
 */
export async function createVideo(
  deps: OperationDeps,
  viewer: Viewer,
  input: CreateVideoInput,
): Promise<{ videoId: string }> {
  const { idempotencyKey: key, ...rest } = input;
  const now = deps.clock();
  const { grant } = viewer;
  const video = await checkVideo(deps, viewer, input);
  const { videoId } = video;
  if (grant && !input.source.upload) throw uploadsOnly();
  const source = await toSource(deps, input.source, { videoId, now, maxBytes: maxBytesOf(deps, viewer) });
  try {
    const written = await writeVideo(
      deps,
      { ...video, source },
      { key, operation: "createVideo", input: rest, now, viewer },
    );
    if (!written.isNew) await forgetUpload(deps, videoId);
    return { videoId: written.videoId };
  } catch (error) {
    // After an outage the row may exist; then a repeat with the key continues with its upload.
    if (error instanceof ExpectedError) await forgetUpload(deps, videoId);
    throw error;
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
  const profile = await chooseProfile(db, workspaceId, input.profile);
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

const uploadsOnly = () =>
  new InvalidInputError(
    "NOT_WITH_UPLOAD_TOKEN",
    "source.url",
    "source.url: an upload token only permits uploads. Send the file, or use an API key with the scope WRITE.",
  );

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
  }: Pick<KeyedRequest, "key" | "operation" | "input"> & { now: Date; viewer: Viewer },
): Promise<{ videoId: string; isNew: boolean }> {
  const { videoId, workspaceId, priority } = video;
  const { activeJobs: maxActiveJobs } = deps.limits;
  const request = { workspaceId, key, owner: keyOwnerOf(viewer), operation, input, resultId: videoId };
  const grant = viewer.grant?.kind === "UPLOAD" ? viewer.grant : null;
  let playbackPolicy: PlaybackPolicy | null = null;
  // Before the transaction, which holds locks that other requests wait for.
  const pool = await readPool(deps.db, newVideoRequirements(video.profile), now);
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
      if (grant) await rememberUploadedVideo(tx, grant, videoId);
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

/** Drops an upload whose row was not written. If that fails, the upload expires. */
const forgetUpload = ({ uploads, log }: OperationDeps, videoId: string): Promise<void> =>
  uploads
    .remove(videoId)
    .catch((error: unknown) => log.warn({ err: error, videoId }, "upload.not-forgotten"));

async function toSource(
  deps: OperationDeps,
  { upload, url }: CreateVideoInput["source"],
  { videoId, now, maxBytes }: { videoId: string; now: Date; maxBytes: number },
) {
  if (url) {
    const address = checkSourceUrl(url.url, deps.limits.allowPrivateUrls);
    const filename = toSafeFilename(url.filename ?? decodePath(address));
    return {
      kind: "URL" as const,
      url: address.href,
      filename,
      objectKey: objectKeys.source(videoId, filename),
    };
  }
  if (!upload) {
    throw new InvalidInputError(
      "SOURCE_INVALID",
      "source",
      "source: has neither an upload nor a url; pass exactly one of them.",
    );
  }
  const sizeBytes = checkUploadSize(Number(upload.sizeBytes), maxBytes);
  const filename = toSafeFilename(upload.filename);
  const objectKey = objectKeys.source(videoId, filename);
  const contentType = upload.contentType?.replaceAll("\0", "").slice(0, 200) ?? null;
  const expiresAt = new Date(now.getTime() + deps.limits.uploadExpiryMs);
  const { url: uploadUrl, tokenHash } = await deps.uploads.open({
    videoId,
    objectKey,
    sizeBytes,
    contentType,
    expiresAt,
  });
  return {
    kind: "UPLOAD" as const,
    filename,
    contentType,
    sizeBytes: BigInt(sizeBytes),
    objectKey,
    uploadProtocol: deps.uploads.protocol,
    uploadUrl,
    uploadTokenHash: tokenHash,
    uploadExpiresAt: expiresAt,
  };
}

function decodePath({ pathname }: URL): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}

/** A client's input can only violate one unique index of `videos`. */
export const isExternalIdTaken = isUniqueViolation;

export const externalIdTaken = (externalId: string): ConflictError =>
  new ConflictError(
    "EXTERNAL_ID_TAKEN",
    `Another video of this workspace has the externalId ${JSON.stringify(externalId)}. Find it with videoByExternalId, or use another one.`,
  );
