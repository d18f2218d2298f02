import type { PrismaClient } from "../../prisma/generated/client.ts";
import type { WorkerRealm } from "../../prisma/generated/enums.ts";
import { requireScope, type Viewer } from "../auth/index.ts";
import { InvalidInputError, NotFoundError } from "../errors/index.ts";
import { recordWorkspaceEvent } from "../events/index.ts";
import { onceByKey } from "../idempotency/index.ts";
import { createToken, hashToken } from "../secrets/index.ts";

const PREFIX_LENGTH = 10;
const DEFAULT_LIFE_SECONDS = 3_600;
/** A week. */
const MOST_LIFE_SECONDS = 604_800;

interface Deps {
  db: PrismaClient;
  clock: () => Date;
}

interface NewJoinToken {
  /** 1 to 200 characters. */
  name: string;
  /** Default: OWN. */
  realm?: WorkerRealm | null;
  /** 1 to 604,800. Default: an hour. */
  expiresInSeconds?: number | null;
  idempotencyKey?: string | null;
}

/**
 * Creates a token with which one worker joins, once. With an `idempotencyKey`, a repeat returns the same
 * token's id with a null `token`, because only its hash is stored. Throws `ForbiddenError` without OPERATOR,
 * `InvalidInputError`, and the errors of `onceByKey`.
 */
export async function createJoinToken(
  { db, clock }: Deps,
  viewer: Viewer,
  { idempotencyKey, ...input }: NewJoinToken,
): Promise<{ joinTokenId: string; token: string | null }> {
  requireScope(viewer, "OPERATOR");
  const { workspaceId } = viewer;
  const name = input.name.trim();
  if (name === "" || name.length > 200 || name.includes("\0")) {
    throw new InvalidInputError(
      "JOIN_TOKEN_NAME_INVALID",
      "name",
      `name: has ${name.length} characters; give 1 to 200 that say which machine uses the token.`,
    );
  }
  const seconds = input.expiresInSeconds ?? DEFAULT_LIFE_SECONDS;
  if (seconds < 1 || seconds > MOST_LIFE_SECONDS) {
    throw new InvalidInputError(
      "JOIN_TOKEN_EXPIRY_INVALID",
      "expiresInSeconds",
      `expiresInSeconds: is ${seconds}; give 1 to ${MOST_LIFE_SECONDS}, the time until the worker starts.`,
    );
  }
  let token: string | null = null;
  const request = { workspaceId, key: idempotencyKey, operation: "createJoinToken", input };
  const joinTokenId = await onceByKey(db, request, async (tx, id) => {
    token = `rj_${createToken()}`;
    const realm = input.realm ?? "OWN";
    const expiresAt = new Date(clock().getTime() + seconds * 1_000);
    const prefix = token.slice(0, PREFIX_LENGTH);
    await tx.joinToken.create({
      data: { id, workspaceId, name, realm, expiresAt, prefix, hash: hashToken(token) },
    });
    const data = { joinTokenId: id, name, realm, apiKeyId: viewer.apiKeyId };
    await recordWorkspaceEvent(tx, workspaceId, { type: "worker.token-created", data });
  });
  return { joinTokenId, token };
}

/**
 * Revokes a token. The worker that joined with it is refused from its next request on, and its attempts are
 * lost. Idempotent. Throws `ForbiddenError` without OPERATOR, `NotFoundError`.
 */
export async function revokeJoinToken(
  { db, clock }: Deps,
  viewer: Viewer,
  { joinTokenId }: { joinTokenId: string },
): Promise<void> {
  requireScope(viewer, "OPERATOR");
  const now = clock();
  await db.$transaction(async (tx) => {
    const known = await tx.joinToken.findUnique({ where: { id: joinTokenId } });
    if (known === null || known.workspaceId === null) {
      throw new NotFoundError(
        "JOIN_TOKEN_NOT_FOUND",
        "There is no such join token; `joinTokens` lists those that exist.",
      );
    }
    const { count } = await tx.joinToken.updateMany({
      where: { id: joinTokenId, revokedAt: null },
      data: { revokedAt: now },
    });
    if (count === 0) return;
    if (known.workerId !== null) {
      await tx.worker.updateMany({
        where: { id: known.workerId },
        data: { tokenUntil: now, isStopping: true },
      });
    }
    const data = { joinTokenId, name: known.name, workerId: known.workerId, apiKeyId: viewer.apiKeyId };
    await recordWorkspaceEvent(tx, known.workspaceId, { type: "worker.token-revoked", data });
  });
}
