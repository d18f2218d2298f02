import { InvalidInputError } from "../errors/index.ts";

/**
 * Values in one list of a filter. A longer list costs the database more than the pages it selects are worth.
 */
export const MAX_LIST_VALUES = 100;

/**
 * The list without repetitions. Throws `InvalidInputError` (`LIST_TOO_LONG`) before anything looks at the
 * values.
 */
export function boundedList<T>(field: string, values: readonly T[]): T[] {
  if (values.length <= MAX_LIST_VALUES) return [...new Set(values)];
  throw new InvalidInputError(
    "LIST_TOO_LONG",
    field,
    `${field}: the list has ${values.length} values, and at most ${MAX_LIST_VALUES} are allowed. Split it over several requests.`,
  );
}
