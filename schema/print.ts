import { printSorted } from "../src/http/print-schema.ts";
import { schema } from "./schema.ts";

/** The printed schema: the content of schema.graphql, from which clients generate their types. */
export const printedSchema = (): string => printSorted(schema);
