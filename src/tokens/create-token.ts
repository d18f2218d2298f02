import type { PrismaClient } from "../../prisma/generated/client.ts";
import type { JobPriority } from "../../prisma/generated/enums.ts";
import { requireScope, type Viewer } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { InvalidInputError, NotFoundError } from "../errors/index.ts";
import { chooseProfile } from "../profiles/index.ts";
import { createToken, hashToken } from "../secrets/index.ts";
import { checkExternalId, checkMetadata, checkTitle } from "../videos/index.ts";

export interface CreatedToken {
  id: string;
  /** The secret, returned only here. */
  token: string;
  expiresAt: Date;
}

export interface UploadTokenInput {
  maxVideos: number;
  maxBytes?: number | null;
  expiresInSeconds: number;
  profile?: string | null;
  title?: string | null;
  externalId?: string | null;
  metadata?: unknown;
  priority?: JobPriority | null;
}

const WEEK_SECONDS = 7 * 86_400;
const MOST_VIDEOS = 1_000;
const MOST_NAMED = 100;

type Deps = Pick<OperationDeps, "db" | "clock" | "limits">;

/** Throws `ForbiddenError` without WRITE, and `InvalidInputError`. */
export async function createUploadToken(
  { db, clock, limits }: Deps,
  viewer: Viewer,
  input: UploadTokenInput,
): Promise<CreatedToken> {
  requireScope(viewer, "WRITE");
  const { maxVideos, maxBytes = null } = input;
  checkRange("maxVideos", maxVideos, MOST_VIDEOS);
  checkRange("maxBytes", maxBytes ?? limits.uploadBytes, limits.uploadBytes);
  if (typeof input.externalId === "string" && maxVideos !== 1) {
    throw new InvalidInputError(
      "EXTERNAL_ID_INVALID",
      "externalId",
      `externalId: belongs to one video, and maxVideos is ${maxVideos}. Omit one of them.`,
    );
  }
  // Fails now instead of at the token's holder, who cannot fix it.
  if (typeof input.profile === "string") await chooseProfile(db, viewer.workspaceId, input.profile);
  const made = newToken("ut", input.expiresInSeconds, clock());
  await db.uploadToken.create({
    data: {
      ...made.row,
      ...issuer(viewer),
      maxVideos,
      maxBytes: BigInt(maxBytes ?? limits.uploadBytes),
      profile: input.profile ?? null,
      title: typeof input.title === "string" ? checkTitle(input.title) : null,
      externalId: typeof input.externalId === "string" ? checkExternalId(input.externalId) : null,
      metadata: checkMetadata(input.metadata ?? {}),
      priority: input.priority ?? "STANDARD",
    },
  });
  return made.created;
}

/**
 * Throws `ForbiddenError` without READ, `InvalidInputError`, and `NotFoundError` unless all videos belong to
 * the workspace.
 */
export async function createViewerToken(
  { db, clock }: { db: PrismaClient; clock: () => Date },
  viewer: Viewer,
  input: { videoIds: readonly string[]; expiresInSeconds: number },
): Promise<CreatedToken> {
  requireScope(viewer, "READ");
  const { workspaceId } = viewer;
  const videoIds = [...new Set(input.videoIds)];
  if (videoIds.length === 0 || videoIds.length > MOST_NAMED) {
    throw new InvalidInputError(
      "VIDEO_IDS_INVALID",
      "videoIds",
      `videoIds: names ${videoIds.length} videos; name 1 to ${MOST_NAMED}.`,
    );
  }
  if ((await db.video.count({ where: { id: { in: videoIds }, workspaceId } })) < videoIds.length) {
    throw new NotFoundError(
      "VIDEO_NOT_FOUND",
      "videoIds: some are not videos of this workspace. Use ids from `videos` or `createVideo`.",
    );
  }
  const made = newToken("vt", input.expiresInSeconds, clock());
  await db.viewerToken.create({ data: { ...made.row, ...issuer(viewer), videoIds } });
  return made.created;
}

function newToken(prefix: "ut" | "vt", expiresInSeconds: number, now: Date) {
  checkRange("expiresInSeconds", expiresInSeconds, WEEK_SECONDS);
  const token = `${prefix}_${createToken()}`;
  const id = crypto.randomUUID();
  const expiresAt = new Date(now.getTime() + expiresInSeconds * 1_000);
  return {
    created: { id, token, expiresAt },
    row: { id, hash: hashToken(token), createdAt: now, expiresAt },
  };
}

const issuer = ({ workspaceId, apiKeyId }: Viewer) => ({ workspaceId, apiKeyId });

function checkRange(field: string, value: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= 1 && value <= most) return;
  throw new InvalidInputError(
    "TOKEN_INVALID",
    field,
    `${field}: is ${value}; use a whole number from 1 to ${most}.`,
  );
}
