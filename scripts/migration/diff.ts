/** The SQL for a change of the Prisma schema. */
import { createNoDatabase } from "./no-database.ts";
import { openSchemaEngine } from "./schema-engine.ts";

/**
 * The SQL that leads from one schema (the text of a `schema.prisma`; undefined: an empty database) to
 * another; undefined when the database would not differ. It needs no database.
 */
export async function diffSchemas(from: string | undefined, to: string): Promise<string | undefined> {
  using engine = await openSchemaEngine(createNoDatabase());
  const asTarget = (text: string) => ({
    tag: "schemaDatamodel" as const,
    files: [{ path: "schema.prisma", content: text }],
  });
  const { stdout } = await engine.diff({
    from: from === undefined ? { tag: "empty" } : asTarget(from),
    to: asTarget(to),
    script: true,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  const sql = (stdout ?? "").trim();
  return sql === "" || sql === "-- This is an empty migration." ? undefined : `${sql}\n`;
}
