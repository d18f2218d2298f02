import { printSorted } from "../src/http/print-schema.ts";
import { schema } from "./schema.ts";

/** The schema as text: what schema.graphql holds, and what clients generate their types from. */
export const printedSchema = (): string => printSorted(schema);
