import type { PrismaClient } from "../../prisma/generated/client.ts";
import type { ApiKeyScope } from "../../prisma/generated/enums.ts";
import type { Db } from "../database/index.ts";
import { InvalidInputError, NotFoundError } from "../errors/index.ts";
import { onceByKey } from "../idempotency/index.ts";
import { createToken, hashToken } from "../secrets/index.ts";
import { requireScope, type Viewer } from "./viewer.ts";

const PREFIX_LENGTH = 10;

interface NewApiKey {
  /** A new one when left out. */
  id?: string;
  workspaceId: string;
  name: string;
  scopes: readonly ApiKeyScope[];
  expiresAt?: Date | null;
  /** Default: false. */
  trustedDocumentsOnly?: boolean | null;
}

/**
 * Creates a key. `token` is the secret, shown only here. Checks no permission: for setup, and for
 * `requestApiKey`.
 */
export async function createApiKey(db: Db, key: NewApiKey): Promise<{ apiKeyId: string; token: string }> {
  const token = `rk_${createToken()}`;
  const { id } = await db.apiKey.create({
    data: {
      ...(key.id !== undefined && { id: key.id }),
      workspaceId: key.workspaceId,
      name: key.name,
      scopes: [...new Set(key.scopes)],
      expiresAt: key.expiresAt ?? null,
      trustedDocumentsOnly: key.trustedDocumentsOnly ?? false,
      prefix: token.slice(0, PREFIX_LENGTH),
      hash: hashToken(token),
    },
    select: { id: true },
  });
  return { apiKeyId: id, token };
}

/**
 * Creates a key of the viewer's workspace. With an `idempotencyKey`, a repeat returns the same key with a
 * null `token`, because only its hash is stored. Throws `ForbiddenError` without ADMIN, or without OPERATOR
 * for a key that has it, `InvalidInputError`, and the errors of `onceByKey`.
 */
export async function requestApiKey(
  { db, clock }: { db: PrismaClient; clock: () => Date },
  viewer: Viewer,
  { idempotencyKey, ...input }: Omit<NewApiKey, "id" | "workspaceId"> & { idempotencyKey?: string | null },
): Promise<{ apiKeyId: string; token: string | null }> {
  requireScope(viewer, "ADMIN");
  // Otherwise every administrator of a workspace could see the whole fleet.
  if (input.scopes.includes("OPERATOR")) requireScope(viewer, "OPERATOR");
  const { workspaceId } = viewer;
  const name = input.name.trim();
  if (name === "" || name.length > 200 || name.includes("\0")) {
    throw new InvalidInputError(
      "API_KEY_NAME_INVALID",
      "name",
      `name: has ${name.length} characters; give 1 to 200 that say who uses the key.`,
    );
  }
  if (input.scopes.length === 0) {
    throw new InvalidInputError("API_KEY_SCOPES_INVALID", "scopes", "scopes: is empty; give at least READ.");
  }
  let token: string | null = null;
  const request = { workspaceId, key: idempotencyKey, operation: "createApiKey", input };
  const apiKeyId = await onceByKey(db, request, async (tx, id) => {
    // Checked inside: a repeat after the key's expiry still gets the first answer.
    if (input.expiresAt && input.expiresAt <= clock()) {
      throw new InvalidInputError(
        "API_KEY_EXPIRY_INVALID",
        "expiresAt",
        `expiresAt: ${input.expiresAt.toISOString()} has passed; give a later moment, or leave it out for a key that does not expire.`,
      );
    }
    ({ token } = await createApiKey(tx, { ...input, id, name, workspaceId }));
  });
  return { apiKeyId, token };
}

/**
 * Revokes a key of the viewer's workspace permanently. Idempotent. Throws `ForbiddenError` without ADMIN,
 * `NotFoundError`.
 */
export async function revokeApiKey(
  { db, clock }: { db: Db; clock: () => Date },
  viewer: Viewer,
  { apiKeyId }: { apiKeyId: string },
): Promise<{ apiKeyId: string }> {
  requireScope(viewer, "ADMIN");
  const where = { id: apiKeyId, workspaceId: viewer.workspaceId };
  const { count } = await db.apiKey.updateMany({
    where: { ...where, revokedAt: null },
    data: { revokedAt: clock() },
  });
  if (count === 0 && (await db.apiKey.count({ where })) === 0) {
    throw new NotFoundError(
      "API_KEY_NOT_FOUND",
      "There is no such API key in this workspace; `apiKeys` lists those that exist.",
    );
  }
  return { apiKeyId };
}
