import { createHash } from "node:crypto";
import { ConflictError, InvalidInputError } from "./errors.ts";
import type { Tx } from "./events/record-change.ts";

/** Keys with their fields in order, so that equal inputs have equal texts. */
function canonical(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== "object") return value ?? null;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined && field !== null);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, field]) => [name, canonical(field)]),
  );
}

const hashOf = (input: unknown): string =>
  createHash("sha256")
    .update(JSON.stringify(canonical(input)))
    .digest("hex");

/** Throws `InvalidInputError` unless the key is 1 to 200 characters that Postgres can hold. */
export function checkIdempotencyKey(key: string): void {
  if (key.length >= 1 && key.length <= 200 && !key.includes("\0")) return;
  throw new InvalidInputError(
    "IDEMPOTENCY_KEY_INVALID",
    "idempotencyKey",
    `idempotencyKey: has ${key.length} characters; give 1 to 200, e.g. a UUID.`,
  );
}

/**
 * Claims a key for `resultId` in the transaction of its effect. Null: claimed, do the effect. Else the id of what the first request with this key made.
 *
 * The insert waits for an open transaction with the same key, so of many at once one does the effect and the others get its result.
 * Throws `ConflictError` (`IDEMPOTENCY_KEY_REUSED`) for the same key with another operation or input.
 */
export async function claimIdempotencyKey(
  tx: Tx,
  claim: { workspaceId: string; key: string; operation: string; input: unknown; resultId: string },
): Promise<string | null> {
  const { workspaceId, key, operation, resultId } = claim;
  const inputHash = hashOf(claim.input);
  const { count } = await tx.idempotencyKey.createMany({
    data: [{ workspaceId, key, operation, inputHash, resultId }],
    skipDuplicates: true,
  });
  if (count === 1) return null;
  const first = await tx.idempotencyKey.findUniqueOrThrow({
    where: { workspaceId_key: { workspaceId, key } },
  });
  if (first.operation === operation && first.inputHash === inputHash) return first.resultId;
  throw new ConflictError(
    "IDEMPOTENCY_KEY_REUSED",
    `The idempotencyKey ${JSON.stringify(key)} was used for ${first.operation} with another input; use a new key for a new request.`,
  );
}
