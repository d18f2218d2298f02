/** What one GraphQL answer may hold, and how long it may take. */
export const answerLimits = {
  /** Entries of all lists together. */
  nodes: 20_000,
  /** Fields of all entries together. */
  fields: 250_000,
  /** Of a query, in milliseconds. */
  timeMs: 10_000,
} as const;
