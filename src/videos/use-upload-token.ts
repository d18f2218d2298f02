/** Rules for videos that an upload token creates. */

import type { JobPriority, PlaybackPolicy } from "../../prisma/generated/enums.ts";
import type { UploadGrant } from "../auth/index.ts";
import type { Db } from "../database/index.ts";
import { ForbiddenError, InvalidInputError, QuotaExceededError } from "../errors/index.ts";
import type { Tx } from "../events/index.ts";

/** Everything about a new video except its source. */
export interface VideoInput {
  title: string;
  externalId?: string | null;
  metadata?: unknown;
  tags?: readonly string[] | null;
  profile?: string | null;
  /** An MP4 download up to this height, if the profile has none. */
  download?: { height: number } | null;
  priority?: JobPriority | null;
  /** Default: the workspace's. */
  playbackPolicy?: PlaybackPolicy | null;
  idempotencyKey?: string | null;
}

/**
 * The input, with the token's settings in place of its holder's. Throws `InvalidInputError` for fields that a
 * holder may not choose: profile and priority determine the cost, and existing external ids must not be
 * revealed.
 */
export function applyGrant<Input extends Partial<VideoInput>>(grant: UploadGrant, input: Input): Input {
  refuseChoice("profile", input.profile, grant.profile);
  refuseChoice("priority", input.priority, grant.priority);
  refuseChoice("externalId", input.externalId, grant.externalId);
  if (input.tags?.length)
    throw notWithUploadToken("tags", "tags: an upload token sets none; leave them out.");
  const { profile, externalId, priority } = grant;
  const given = typeof input.metadata === "object" && input.metadata !== null ? input.metadata : {};
  // Anything but an object is rejected as usual.
  const metadata = Array.isArray(input.metadata) ? input.metadata : { ...given, ...grant.metadata };
  return {
    ...input,
    ...(grant.title !== null && { title: grant.title }),
    profile,
    externalId,
    priority,
    metadata,
  };
}

function refuseChoice(field: string, given: string | null | undefined, fixed: string | null): void {
  if (given === undefined || given === null || given === fixed) return;
  const shown = JSON.stringify(given.slice(0, 100));
  throw notWithUploadToken(field, `${field}: is ${shown}; the upload token sets it. Omit it.`);
}

const notWithUploadToken = (field: string, message: string) =>
  new InvalidInputError("NOT_WITH_UPLOAD_TOKEN", field, message);

/**
 * Counts one use, in the transaction that writes the video, so that a later failure uses nothing. Locks the
 * token's row until the commit: of concurrent requests for the last use, the others wait, check again, and
 * are rejected. Throws `ForbiddenError`.
 */
export async function useUploadToken(tx: Tx, { tokenId }: UploadGrant, now: Date): Promise<void> {
  const used = await tx.$executeRaw`
    UPDATE upload_tokens SET made_videos = made_videos + 1
    WHERE id = ${tokenId}::uuid AND made_videos < max_videos AND revoked_at IS NULL AND expires_at > ${now}`;
  if (used === 1) return;
  throw usedUp();
}

/** A token's holder must not see the workspace's usage and limits. */
export const withoutFigures = (error: unknown): unknown =>
  error instanceof QuotaExceededError
    ? new QuotaExceededError("No more videos can be accepted now. Try again later.", {
        quota: error.quota,
        limit: 0,
        used: 0,
        retryAfterMs: error.retryAfterMs,
      })
    : error;

/** Whether another use is certain to be rejected, known before anything is stored. */
export const isUsedUp = async (db: Db, { tokenId }: UploadGrant): Promise<boolean> =>
  (await db.uploadToken.count({
    where: { id: tokenId, revokedAt: null, madeVideos: { lt: db.uploadToken.fields.maxVideos } },
  })) === 0;

export const usedUp = (): ForbiddenError =>
  new ForbiddenError(
    "UPLOAD_TOKEN_USED_UP",
    "This upload token has created its maximum number of videos. Request another one where you got it.",
  );

export async function rememberUploadedVideo(
  tx: Tx,
  { tokenId }: UploadGrant,
  videoId: string,
): Promise<void> {
  await tx.uploadTokenVideo.create({ data: { tokenId, videoId } });
}
