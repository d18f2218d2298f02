/** Codes of Prisma and the network for a database that is temporarily unavailable. */
const passing = new Set([
  "P1001",
  "P1002",
  "P1008",
  "P1017",
  "P2024",
  // No connection within `maxWait`, or a transaction that timed out: rolled back either way.
  "P2028",
  "P2034",
  "ECONNREFUSED",
  "ECONNRESET",
  "ETIMEDOUT",
  "EPIPE",
]);

/**
 * Postgres' codes (https://www.postgresql.org/docs/current/errcodes-appendix.html): classes 08 and 53, and
 * conflicts that a retry may avoid.
 */
const PASSING_SQL_STATES = /^(?:08...|53...|57P0[1-5]|57014|55P03|40001|40P01|25P03)$/;

/** The driver adapter's own names for connection errors. */
const passingKinds = new Set([
  "DatabaseNotReachable",
  "ConnectionClosed",
  "TooManyConnections",
  "SocketTimeout",
]);

/** `pg` errors without codes. */
const PASSING_TEXTS =
  /^(?:Client has encountered a connection error|Connection terminated|timeout exceeded when trying to connect|Query read timeout)/;

interface Fields {
  code?: unknown;
  message?: unknown;
  originalCode?: unknown;
  kind?: unknown;
  cause?: unknown;
  meta?: { driverAdapterError?: unknown } | null;
}

/**
 * True if the database is unavailable or busy: the same request may succeed in a moment, and as far as is
 * known nothing was committed.
 */
export function isOutage(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  const { code, message, originalCode, kind, cause, meta } = error as Fields;
  const codes = [code, originalCode].filter((each) => typeof each === "string");
  if (codes.some((each) => passing.has(each) || PASSING_SQL_STATES.test(each))) return true;
  if (typeof kind === "string" && passingKinds.has(kind)) return true;
  if (typeof message === "string" && PASSING_TEXTS.test(message)) return true;
  return isOutage(meta?.driverAdapterError) || isOutage(cause);
}
