import type { ApiKey } from "../../prisma/generated/client.ts";
import type { Db } from "../database/index.ts";
import type { Answer } from "./viewer.ts";

interface Ends {
  expiresAt: Date;
  revokedAt: Date | null;
  apiKey: Pick<ApiKey, "id" | "workspaceId" | "expiresAt" | "revokedAt"> & {
    workspace: { maxRequestsPerSecond: number | null };
  };
}

const withKey = {
  include: {
    apiKey: {
      select: {
        id: true,
        workspaceId: true,
        expiresAt: true,
        revokedAt: true,
        workspace: { select: { maxRequestsPerSecond: true } },
      },
    },
  },
} as const;

/** Null for a token that is unknown, expired or revoked, and for one whose API key is. */
export async function readUploadToken(db: Db, hash: string, now: Date): Promise<Answer | null> {
  const token = await db.uploadToken.findUnique({ where: { hash }, ...withKey });
  if (!token || !isLiveToken(token, now)) return null;
  const { profile, title, externalId, priority } = token;
  const metadata = token.metadata !== null && typeof token.metadata === "object" ? token.metadata : {};
  const maxBytes = Number(token.maxBytes);
  const grant = {
    kind: "UPLOAD",
    tokenId: token.id,
    maxBytes,
    profile,
    title,
    externalId,
    metadata,
    priority,
  };
  return toAnswer(token, { ...grant, kind: "UPLOAD" });
}

/** The same for a viewer token. */
export async function readViewerToken(db: Db, hash: string, now: Date): Promise<Answer | null> {
  const token = await db.viewerToken.findUnique({ where: { hash }, ...withKey });
  if (!token || !isLiveToken(token, now)) return null;
  return toAnswer(token, { kind: "VIEW", tokenId: token.id, videoIds: token.videoIds });
}

interface Times {
  expiresAt: Date;
  revokedAt: Date | null;
  apiKey: Pick<ApiKey, "expiresAt" | "revokedAt">;
}

/** A token gives no more than the key that it was made with, and ends with it. */
export const isLiveToken = (token: Times, now: Date): boolean =>
  token.revokedAt === null && token.apiKey.revokedAt === null && endOf(token) > now;

const endOf = ({ expiresAt, apiKey }: Times): Date =>
  apiKey.expiresAt !== null && apiKey.expiresAt < expiresAt ? apiKey.expiresAt : expiresAt;

function toAnswer(token: Ends, grant: NonNullable<Answer["viewer"]["grant"]>): Answer {
  const { id: apiKeyId, workspaceId } = token.apiKey;
  const expiresAt = endOf(token);
  const { maxRequestsPerSecond: requestsPerSecond } = token.apiKey.workspace;
  return { viewer: { apiKeyId, workspaceId, scopes: [], grant, expiresAt, requestsPerSecond }, expiresAt };
}
