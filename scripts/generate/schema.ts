/** Writes schema/schema.graphql. */
import { writeFile } from "node:fs/promises";
import { printedSchema } from "../../schema/print.ts";

await writeFile(new URL("../../schema/schema.graphql", import.meta.url), printedSchema());
