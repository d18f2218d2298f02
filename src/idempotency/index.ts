import { createHash, randomUUID } from "node:crypto";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import { type Db, isLockTimeout, storeTransaction } from "../database/index.ts";
import { ConflictError, ExpectedError, InvalidInputError } from "../errors/index.ts";
import type { Tx } from "../events/index.ts";

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
  if (key.length >= 1 && key.length <= 200 && key.isWellFormed() && !key.includes("\0")) return;
  throw new InvalidInputError(
    "IDEMPOTENCY_KEY_INVALID",
    "idempotencyKey",
    `idempotencyKey: has ${key.length} characters; give 1 to 200, e.g. a UUID.`,
  );
}

/** As keys are stored. */
export const storedKey = (key: string, owner: string | undefined): string =>
  owner === undefined ? key : `${owner}/${key}`;

export interface KeyedRequest {
  workspaceId: string;
  /** The client's; null or left out: every request is one of its own. */
  key: string | null | undefined;
  /**
   * Whose keys these are, if not the workspace's: two owners may use the same key and know nothing of each
   * other.
   */
  owner?: string | undefined;
  operation: string;
  input: unknown;
  /** Of what the effect makes; a new one when left out. */
  resultId?: string;
}

/**
 * Runs `effect` in a transaction, at most once per key. It receives the id of the new row, which is returned;
 * a repeat with the same key gets that id and does nothing. The key is claimed in the effect's own
 * transaction: rolled back with it, it is free again.
 *
 * Throws what `effect` throws, `InvalidInputError` (`IDEMPOTENCY_KEY_INVALID`), and `ConflictError`:
 * `IDEMPOTENCY_KEY_REUSED` for the same key with another operation or input, `IDEMPOTENCY_KEY_IN_USE` (try
 * again) when the first request with it did not end within three seconds.
 */
export async function onceByKey(
  db: PrismaClient,
  request: KeyedRequest,
  effect: (tx: Tx, resultId: string) => Promise<unknown>,
): Promise<string> {
  const { key, resultId = randomUUID() } = request;
  if (typeof key === "string") checkIdempotencyKey(key);
  return await db.$transaction(async (tx) => {
    const earlier = typeof key === "string" ? await claimKey(tx, { ...request, key, resultId }) : null;
    if (earlier !== null) return earlier;
    await effect(tx, resultId);
    return resultId;
  }, storeTransaction);
}

const WAIT_MS = 3_000;

/** Null: claimed, do the effect. Else the id of what the first request with this key made. */
async function claimKey(
  tx: Tx,
  request: KeyedRequest & { key: string; resultId: string },
): Promise<string | null> {
  const { workspaceId, operation, resultId } = request;
  const key = storedKey(request.key, request.owner);
  const inputHash = hashOf(request.input);
  if (await insertKey(tx, { workspaceId, key, operation, inputHash, resultId })) return null;
  // Null: forgotten between the two statements, it was more than two days old.
  return (await findRepeated(tx, request)) ?? (await claimKey(tx, request));
}

/**
 * The id of what an earlier request with this key has made, or null when there was none: for who must know
 * before it has all that the effect needs. Throws `ConflictError` (`IDEMPOTENCY_KEY_REUSED`).
 */
export async function findRepeated(
  db: Db,
  { workspaceId, key, owner, operation, input }: KeyedRequest & { key: string },
): Promise<string | null> {
  const stored = storedKey(key, owner);
  const first = await db.idempotencyKey.findUnique({
    where: { workspaceId_key: { workspaceId, key: stored } },
  });
  if (first === null) return null;
  if (first.operation === operation && first.inputHash === hashOf(input)) return first.resultId;
  throw new ConflictError(
    "IDEMPOTENCY_KEY_REUSED",
    `The idempotencyKey ${JSON.stringify(key)} was used for ${first.operation} with another input; use a new key for a new request.`,
  );
}

/**
 * Locks: the insert waits for an open transaction that has inserted the same key, and then finds the row
 * (false), or takes its place if it was rolled back (true): of many at once one does the effect and the
 * others get its result. Considered: an advisory lock, which would wait in the same way and leave nothing to
 * look up. The wait is bounded, so that a first request that hangs is distinct from a database that is away;
 * the bound holds for the rest of the transaction. A request claims its key before locking anything else, so
 * two never wait for each other.
 */
async function insertKey(
  tx: Tx,
  {
    workspaceId,
    key,
    operation,
    inputHash,
    resultId,
  }: Record<"workspaceId" | "key" | "operation" | "inputHash" | "resultId", string>,
): Promise<boolean> {
  try {
    const inserted = await tx.$executeRaw`
      INSERT INTO idempotency_keys (workspace_id, key, operation, input_hash, result_id)
      SELECT ${workspaceId}::uuid, ${key}, ${operation}, ${inputHash}, ${resultId}::uuid
      FROM (SELECT set_config('lock_timeout', ${String(WAIT_MS)}, true) AS bound) AS wait WHERE bound IS NOT NULL
      ON CONFLICT DO NOTHING`;
    return inserted === 1;
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    throw new ConflictError(
      "IDEMPOTENCY_KEY_IN_USE",
      `The first request with the idempotencyKey ${JSON.stringify(key)} is still under way; repeat yours in a few seconds to get its result.`,
    );
  }
}

/** What was made under a key, and has been deleted since. */
export const resultGone = (): ConflictError =>
  new ConflictError(
    "IDEMPOTENCY_RESULT_GONE",
    "The result of the first request with this idempotencyKey has been deleted since. Use a new key to create it again.",
  );

/**
 * For a request that is refused before its effect, although an earlier one with its key was not: a profile or
 * a material may have been deleted since. Resolves to the id of what the earlier one made. Throws `refusal`
 * if there was none, and what `findRepeated` throws.
 */
export async function repeatedDespite(db: Db, request: KeyedRequest, refusal: unknown): Promise<string> {
  const { key } = request;
  const isKeyed = typeof key === "string" && key !== "" && refusal instanceof ExpectedError;
  const earlier = isKeyed ? await findRepeated(db, { ...request, key }) : null;
  if (earlier === null) throw refusal;
  return earlier;
}
