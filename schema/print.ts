import { lexicographicSortSchema, printSchema } from "graphql";
import { schema } from "./schema.ts";

/** The schema as text: what schema.graphql holds, and what clients generate their types from. */
export const printedSchema = (): string => `${printSchema(lexicographicSortSchema(schema))}\n`;
