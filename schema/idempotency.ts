import { resultGone } from "../src/idempotency.ts";

/** Of the argument, wherever a mutation takes it. */
export const idempotencyKeyDescription =
  "Chosen by the client, 1 to 200 characters: a repeat with the same key and input returns the first result, with another input it is a conflict. Kept at least 24 hours.";

/** The row that an operation named. Throws `ConflictError` when it was of an earlier request with the same key, and is deleted by now. */
export async function stillThere<Row>(found: Promise<Row | null>): Promise<Row> {
  const row = await found;
  if (row !== null) return row;
  throw resultGone();
}
