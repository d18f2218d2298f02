import { printSorted } from "../src/http/index.ts";
import { schema } from "./index.ts";

/** The printed schema: the content of schema.graphql, from which clients generate their types. */
export const printedSchema = (): string => printSorted(schema);
