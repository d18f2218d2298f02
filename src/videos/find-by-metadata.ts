import type { Db } from "../database/db.ts";
import { InvalidInputError } from "../errors.ts";
import { checkMetadata } from "./check-input.ts";

/** PostgreSQL accepts 32,767 parameters in one statement. */
const maxMatches = 10_000;

/**
 * The ids of videos whose metadata contains an object (`@>` in PostgreSQL). This is a separate query because
 * Prisma has no such condition. Throws `InvalidInputError` (`METADATA_INVALID`, `FILTER_TOO_WIDE`).
 */
export async function findByMetadata(db: Db, workspaceId: string, contained: unknown): Promise<string[]> {
  const field = "filter.metadata";
  const text = JSON.stringify(checkMetadata(contained, field));
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM videos WHERE metadata @> ${text}::jsonb AND workspace_id = ${workspaceId}::uuid
    LIMIT ${maxMatches + 1}`;
  if (rows.length <= maxMatches) return rows.map(({ id }) => id);
  throw new InvalidInputError(
    "FILTER_TOO_WIDE",
    field,
    `${field}: more than ${maxMatches} videos match. Add fields to the object, or filter by tags.`,
  );
}
