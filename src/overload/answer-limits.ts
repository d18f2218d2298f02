/** Limits on the size and the time of one GraphQL answer. */
export const answerLimits = {
  /** Entries of all lists together. */
  nodes: 20_000,
  /** Fields of all entries together. */
  fields: 250_000,
  /** Time for a query, in milliseconds. */
  timeMs: 10_000,
} as const;
