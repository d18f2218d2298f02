import { randomUUID } from "node:crypto";
import { objectKeys } from "@reelay/contracts";
import type { JobPriority } from "../../prisma/generated/enums.ts";
import type { Viewer } from "../auth/viewer.ts";
import { isUniqueViolation } from "../db.ts";
import type { OperationDeps } from "../deps.ts";
import { ConflictError, ExpectedError, InvalidInputError } from "../errors.ts";
import { onceByKey } from "../idempotency.ts";
import { withinActiveJobs } from "../jobs/quota.ts";
import { chooseProfile } from "../profiles/index.ts";
import {
  checkExternalId,
  checkMetadata,
  checkSourceUrl,
  checkTitle,
  checkUploadSize,
  toSafeFilename,
} from "./check-input.ts";
import { insertVideo } from "./insert-video.ts";

export interface CreateVideoInput {
  title: string;
  externalId?: string | null;
  metadata?: unknown;
  profile?: string | null;
  priority?: JobPriority | null;
  idempotencyKey?: string | null;
  source: {
    upload?: { filename: string; sizeBytes: bigint | number; contentType?: string | null } | null;
    url?: { url: string; filename?: string | null } | null;
  };
}

/**
 * Writes a video, its source, its job with tasks, the first events in one transaction; a URL's job is queued at once. With an
 * `idempotencyKey` a repeat returns what the first request made.
 */
export async function createVideo(
  deps: OperationDeps,
  viewer: Viewer,
  input: CreateVideoInput,
): Promise<{ videoId: string }> {
  const { idempotencyKey, ...rest } = input;
  const { workspaceId } = viewer;
  const now = deps.clock();
  const profile = await chooseProfile(deps.db, workspaceId, input.profile);
  const videoId = randomUUID();
  const checked = {
    title: checkTitle(input.title),
    externalId: typeof input.externalId === "string" ? checkExternalId(input.externalId) : null,
    metadata: checkMetadata(input.metadata ?? {}),
  };
  const source = await toSource(deps, input.source, videoId, now);
  const priority = input.priority ?? "STANDARD";
  const video = { ...checked, videoId, workspaceId, profile, priority, source };
  const { activeJobs: maxActiveJobs } = deps.limits;
  try {
    const request = {
      workspaceId,
      key: idempotencyKey,
      operation: "createVideo",
      input: rest,
      resultId: videoId,
    };
    const createdId = await onceByKey(deps.db, request, (tx) =>
      withinActiveJobs(tx, { workspaceId, now, maxActiveJobs }, (room) =>
        insertVideo(tx, video, { now, maxActiveJobs, room }),
      ),
    );
    if (createdId !== videoId) await forgetUpload(deps, videoId);
    else deps.metrics?.jobCreated(priority);
    return { videoId: createdId };
  } catch (thrown) {
    const error = isExternalIdTaken(thrown) ? externalIdTaken(input.externalId ?? "") : thrown;
    // After an outage the row may be there all the same: then a repeat with the key goes on with its upload.
    if (error instanceof ExpectedError) await forgetUpload(deps, videoId);
    throw error;
  }
}

/** The upload was opened before its row, which then was not written. One that cannot be dropped now expires. */
const forgetUpload = ({ uploads, log }: OperationDeps, videoId: string): Promise<void> =>
  uploads
    .remove(videoId)
    .catch((error: unknown) => log.warn({ err: error, videoId }, "upload.not-forgotten"));

async function toSource(
  deps: OperationDeps,
  { upload, url }: CreateVideoInput["source"],
  videoId: string,
  now: Date,
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
      "source: names neither an upload nor a url; give exactly one of them.",
    );
  }
  const sizeBytes = checkUploadSize(Number(upload.sizeBytes), deps.limits.uploadBytes);
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

/** Only one unique index of `videos` can be hit by a client's choice. */
export const isExternalIdTaken = isUniqueViolation;

export const externalIdTaken = (externalId: string): ConflictError =>
  new ConflictError(
    "EXTERNAL_ID_TAKEN",
    `Another video of this workspace has the externalId ${JSON.stringify(externalId)}; find it with videoByExternalId, or use another one.`,
  );
