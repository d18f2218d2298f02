import type { Db } from "../database/index.ts";
import { InvalidInputError } from "../errors/index.ts";
import { checkMetadata } from "./check-input.ts";

/** PostgreSQL accepts 32,767 parameters in one statement. */
const MAX_MATCHES = 10_000;

/**
 * The ids of videos whose metadata contains an object (`@>` in PostgreSQL). This is a separate query because
 * Prisma has no such condition. Throws `InvalidInputError` (`METADATA_INVALID`, `FILTER_TOO_WIDE`).
 */
export async function findByMetadata(db: Db, workspaceId: string, contained: unknown): Promise<string[]> {
  const field = "filter.metadata";
  const text = JSON.stringify(checkMetadata(contained, field));
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM videos WHERE metadata @> ${text}::jsonb AND workspace_id = ${workspaceId}::uuid
    LIMIT ${MAX_MATCHES + 1}`;
  if (rows.length <= MAX_MATCHES) return rows.map(({ id }) => id);
  throw new InvalidInputError(
    "FILTER_TOO_WIDE",
    field,
    `${field}: more than ${MAX_MATCHES} videos match. Add fields to the object, or filter by tags.`,
  );
}
