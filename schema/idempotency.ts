import { resultGone } from "../src/idempotency/index.ts";

/** Description of the argument in every mutation. */
export const IDEMPOTENCY_KEY_DESCRIPTION =
  "Chosen by the client, 1 to 200 characters. A repeat with the same key and input returns the first result; a different input is a conflict. Remembered for at least 24 hours.";

/**
 * The row that an operation returned. Throws `ConflictError` if it came from an earlier request with the same
 * key and has been deleted since.
 */
export async function stillThere<Row>(found: Promise<Row | null>): Promise<Row> {
  const row = await found;
  if (row !== null) return row;
  throw resultGone();
}
