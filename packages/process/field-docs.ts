import { z } from "zod";

/** What the documentation says of a field, beside its name. */
interface FieldDocs {
  /** As a reader would write it; a sentence where it is computed. */
  default: string;
  unit?: string;
  effect: string;
  example: string;
  /** Errors do not repeat the value. */
  isSecret?: boolean;
  [key: string]: unknown;
}

/** Checks that nothing is missing. */
export const docs = (fields: FieldDocs): FieldDocs => fields;

/** Comma-separated, blanks around entries and empty entries dropped. */
export const list = z.string().transform((text) =>
  text
    .split(",")
    .map((entry) => entry.trim())
    .filter(Boolean),
);
