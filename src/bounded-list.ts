import { InvalidInputError } from "./errors.ts";

/**
 * Values in one list of a filter. A longer list costs the database more than the pages it selects are worth.
 */
export const maxListValues = 100;

/**
 * The list without repetitions. Throws `InvalidInputError` (`LIST_TOO_LONG`) before anything looks at the
 * values.
 */
export function boundedList<T>(field: string, values: readonly T[]): T[] {
  if (values.length <= maxListValues) return [...new Set(values)];
  throw new InvalidInputError(
    "LIST_TOO_LONG",
    field,
    `${field}: the list has ${values.length} values, and at most ${maxListValues} are allowed. Split it over several requests.`,
  );
}
