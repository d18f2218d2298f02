import { z } from "zod";

/** The documentation of a field. */
interface FieldDocs {
  /** As a reader would write it; a sentence if the value is computed. */
  default: string;
  unit?: string;
  effect: string;
  example: string;
  /** Errors do not repeat the value. */
  isSecret?: boolean;
  [key: string]: unknown;
}

/** Checks the documentation for completeness. */
export const docs = (fields: FieldDocs): FieldDocs => fields;

/** A comma-separated list. Whitespace around entries and empty entries are dropped. */
export const list = z.string().transform((text) =>
  text
    .split(",")
    .map((entry) => entry.trim())
    .filter(Boolean),
);
