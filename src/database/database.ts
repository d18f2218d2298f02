import { Socket } from "node:net";
import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "../../prisma/generated/client.ts";

/** Connections of one process to Postgres by default. */
export const DEFAULT_POOL_SIZE = 20;

/** All in milliseconds. */
interface SessionLimits {
  /** For a row or key that another transaction holds. */
  lockMs: number;
  /** For one statement, its waiting for locks included. */
  statementMs: number;
  /** Between two statements of a transaction. */
  idleInTransactionMs: number;
  /** A connection without traffic for this long is considered dead. */
  silenceMs: number;
}

/**
 * How long the server lets our sessions hold things up. What a process had locked when it was paused, or cut
 * off without a word, is free again after `idleInTransactionMs`. That is above the longest pause that we make
 * ourselves: store writes inside a transaction, which may take the 30 s of `storeTransaction` (db.ts). Each
 * limit is above the one before it, so that the server, which can say what was wrong, is the first to give
 * up.
 */
const sessionLimits: SessionLimits = {
  lockMs: 15_000,
  statementMs: 30_000,
  idleInTransactionMs: 35_000,
  silenceMs: 45_000,
};

/** For everybody's first byte: a server that is there answers sooner. */
const CONNECT_MS = 10_000;

/**
 * What each of our connections is opened with, as `pg` takes it. PgBouncer must let these through, or set
 * them itself.
 */
const sessionOptions = (limits: SessionLimits) =>
  ({
    lock_timeout: limits.lockMs,
    statement_timeout: limits.statementMs,
    idle_in_transaction_session_timeout: limits.idleInTransactionMs,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  }) as const;

export interface DatabaseOptions {
  poolSize?: number;
  limits?: Partial<SessionLimits>;
}

/**
 * The client of one process. A connection that breaks costs the request that used it, never the process; who
 * waits longer than 10 s for a connection is refused.
 */
export function createDatabase(url: string, options: DatabaseOptions = {}): PrismaClient {
  const limits = { ...sessionLimits, ...options.limits };
  const adapter = new PrismaPg({
    ...sessionOptions(limits),
    connectionString: url,
    max: options.poolSize ?? DEFAULT_POOL_SIZE,
    application_name: "reelay-api",
    stream: () => createTiringSocket(limits.silenceMs),
    // The pool hands a connection out by a promise: an error that is read together with what made the
    // connection ready comes before its taker listens, and would end the process. The next query reports it.
    onConnect: (connection) => {
      connection.on("error", () => undefined);
    },
  });
  // Prisma's own 2 s to get a connection and 5 s to finish fail a burst that would have been served.
  return new PrismaClient({ adapter, transactionOptions: { maxWait: CONNECT_MS, timeout: 15_000 } });
}

/** Keepalives find a peer that is gone; this also finds one that a proxy or a firewall hides. */
function createTiringSocket(silenceMs: number): Socket {
  const socket = new Socket();
  socket.setTimeout(silenceMs, () => {
    const message = `Postgres said nothing for ${silenceMs} ms; the connection is given up.`;
    socket.destroy(Object.assign(new Error(message), { code: "ETIMEDOUT" }));
  });
  return socket;
}
