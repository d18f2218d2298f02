/** What holds for a video that an upload token makes. */

import type { JobPriority, PlaybackPolicy } from "../../prisma/generated/enums.ts";
import type { UploadGrant } from "../auth/grant.ts";
import type { Db } from "../database/db.ts";
import { ForbiddenError, InvalidInputError, QuotaExceededError } from "../errors.ts";
import type { Tx } from "../events/record-change.ts";

/** What is said of a new video, but for its source. */
export interface VideoInput {
  title: string;
  externalId?: string | null;
  metadata?: unknown;
  tags?: readonly string[] | null;
  profile?: string | null;
  priority?: JobPriority | null;
  /** Default: the workspace's. */
  playbackPolicy?: PlaybackPolicy | null;
  idempotencyKey?: string | null;
}

/**
 * The input with what the token fixes in place of what its holder asked for. Throws `InvalidInputError` for what a holder may not choose: a
 * profile and a priority decide what a render costs, and external ids that are taken would tell which exist.
 */
export function applyGrant<Input extends Partial<VideoInput>>(grant: UploadGrant, input: Input): Input {
  refuseChoice("profile", input.profile, grant.profile);
  refuseChoice("priority", input.priority, grant.priority);
  refuseChoice("externalId", input.externalId, grant.externalId);
  if (input.tags?.length)
    throw notWithUploadToken("tags", "tags: an upload token sets none; leave them out.");
  const { profile, externalId, priority } = grant;
  const given = typeof input.metadata === "object" && input.metadata !== null ? input.metadata : {};
  // What is not an object is refused as ever.
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
  throw notWithUploadToken(field, `${field}: is ${shown}; the upload token decides it, leave it out.`);
}

const notWithUploadToken = (field: string, message: string) =>
  new InvalidInputError("NOT_WITH_UPLOAD_TOKEN", field, message);

/**
 * Counts one use, in the transaction that writes the video: a failure after it takes nothing. Locks the token's row until the commit: of many who
 * come at the same time with one use left, the others wait, look again, and are refused. Throws `ForbiddenError`.
 */
export async function useUploadToken(tx: Tx, { tokenId }: UploadGrant, now: Date): Promise<void> {
  const used = await tx.$executeRaw`
    UPDATE upload_tokens SET made_videos = made_videos + 1
    WHERE id = ${tokenId}::uuid AND made_videos < max_videos AND revoked_at IS NULL AND expires_at > ${now}`;
  if (used === 1) return;
  throw usedUp();
}

/** What a workspace has and may have is not for the holder of a token. */
export const withoutFigures = (error: unknown): unknown =>
  error instanceof QuotaExceededError
    ? new QuotaExceededError("No more videos can be taken just now; try again later.", {
        quota: error.quota,
        limit: 0,
        used: 0,
        retryAfterMs: error.retryAfterMs,
      })
    : error;

/** Whether another use is sure to be refused: known before anything of it is stored. */
export const isUsedUp = async (db: Db, { tokenId }: UploadGrant): Promise<boolean> =>
  (await db.uploadToken.count({
    where: { id: tokenId, revokedAt: null, madeVideos: { lt: db.uploadToken.fields.maxVideos } },
  })) === 0;

export const usedUp = (): ForbiddenError =>
  new ForbiddenError(
    "UPLOAD_TOKEN_USED_UP",
    "This upload token has made as many videos as it may. Ask for another one where you got it.",
  );

export async function rememberUploadedVideo(
  tx: Tx,
  { tokenId }: UploadGrant,
  videoId: string,
): Promise<void> {
  await tx.uploadTokenVideo.create({ data: { tokenId, videoId } });
}
