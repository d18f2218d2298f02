import { LRUCache } from "lru-cache";
import type { ApiKeyScope } from "../../prisma/generated/enums.ts";
import type { Db } from "../database/index.ts";
import { hashToken } from "../secrets/index.ts";
import { readUploadToken, readViewerToken } from "./read-token.ts";
import type { Answer, Viewer } from "./viewer.ts";

/** Cache lifetime of an answer: a revoked key is refused after this time at the latest. */
export const CACHE_MS = 2_000;
/** Precision of `lastUsedAt`: a write per request would dominate the cost of a request. */
const LAST_USED_MS = 60_000;
/** Maximum number of cached answers. Unknown tokens are cached too, so strangers could fill it. */
const CACHE_SIZE = 10_000;

const TOKEN_PATTERN = /^(rk|ut|vt)_[A-Za-z0-9_-]{43}$/;

/** Resolves the viewer of a token: null if it is unknown, expired or revoked. */
export type Authenticate = (token: string) => Promise<Viewer | null>;

/** Looks the token up, whatever was looked up before. */
export async function authenticate(db: Db, token: string, now: Date): Promise<Answer | null> {
  const [, kind] = TOKEN_PATTERN.exec(token) ?? [];
  if (kind === undefined) return null;
  const hash = hashToken(token);
  if (kind === "ut") return await readUploadToken(db, hash, now);
  if (kind === "vt") return await readViewerToken(db, hash, now);
  const [key] = await readKey(db, hash);
  if (!key || key.revokedAt || (key.expiresAt && key.expiresAt <= now)) return null;
  const usedBefore = new Date(now.getTime() - LAST_USED_MS);
  if (!key.lastUsedAt || key.lastUsedAt < usedBefore) {
    // Repeating the condition limits this to one write when many processes see the key simultaneously.
    await db.apiKey.updateMany({
      where: { id: key.id, OR: [{ lastUsedAt: null }, { lastUsedAt: { lt: usedBefore } }] },
      data: { lastUsedAt: now },
    });
  }
  return {
    viewer: {
      apiKeyId: key.id,
      workspaceId: key.workspaceId,
      scopes: key.scopes,
      expiresAt: key.expiresAt,
      requestsPerSecond: key.requestsPerSecond,
      trustedDocumentsOnly: key.trustedDocumentsOnly,
    },
    expiresAt: key.expiresAt,
  };
}

interface KeyRow {
  id: string;
  workspaceId: string;
  scopes: ApiKeyScope[];
  expiresAt: Date | null;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
  requestsPerSecond: number | null;
  trustedDocumentsOnly: boolean;
}

/** One statement for both tables, because most requests of most keys need it. */
const readKey = (db: Db, hash: string) =>
  db.$queryRaw<KeyRow[]>`
    SELECT k.id, k.workspace_id AS "workspaceId", k.scopes::text[] AS scopes, k.expires_at AS "expiresAt",
      k.revoked_at AS "revokedAt", k.last_used_at AS "lastUsedAt", w.max_requests_per_second AS "requestsPerSecond",
      k.trusted_documents_only AS "trustedDocumentsOnly"
    FROM api_keys k JOIN workspaces w ON w.id = k.workspace_id WHERE k.hash = ${hash}`;

/** `authenticate` with answers cached for `CACHE_MS`. Concurrent requests share one lookup. */
export function createAuthenticate({ db, clock }: { db: Db; clock: () => Date }): Authenticate {
  const answers = new LRUCache<string, { until: number; answer: Promise<Answer | null> }>({
    max: CACHE_SIZE,
  });
  return async (token) => {
    const now = clock();
    const hash = hashToken(token);
    let entry = answers.get(hash);
    if (!entry || entry.until <= now.getTime()) {
      entry = { until: now.getTime() + CACHE_MS, answer: authenticate(db, token, now) };
      answers.set(hash, entry);
      // A failed look-up is no answer: the next request tries again.
      entry.answer.catch(() => answers.delete(hash));
    }
    const answer = await entry.answer;
    return answer && (!answer.expiresAt || answer.expiresAt > now) ? answer.viewer : null;
  };
}

/** The token in `Bearer <token>`, or a bare token. */
export function tokenIn(authorization: unknown): string | null {
  if (typeof authorization !== "string") return null;
  const [first, second, ...rest] = authorization.trim().split(/\s+/);
  if (!first || rest.length > 0) return null;
  if (second === undefined) return first;
  return first.toLowerCase() === "bearer" ? second : null;
}

/** The token in a connection_init payload: `Authorization`, `authorization` or `apiKey`. */
export function tokenInPayload(payload: Readonly<Record<string, unknown>> | undefined): string | null {
  return tokenIn(payload?.["Authorization"] ?? payload?.["authorization"] ?? payload?.["apiKey"]);
}
