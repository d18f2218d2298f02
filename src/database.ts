import { Socket } from "node:net";
import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "../prisma/generated/client.ts";

/** Connections of one process to Postgres when nobody says otherwise. */
export const defaultPoolSize = 20;

/**
 * How long the server lets our sessions hold things up. What a process had locked when it was paused, or cut off without a word, is free
 * again after `idleInTransactionMs`. That is above the longest pause that we make ourselves: store writes inside a transaction, which
 * may take the 30 s of `transactionOptions` (projector/deps.ts). Each limit is above the one before it, so that the server, which can
 * say what was wrong, is the first to give up.
 */
export const sessionLimits = {
  /** For a row or key that another transaction holds. */
  lockMs: 15_000,
  /** For one statement, its waiting for locks included. */
  statementMs: 30_000,
  idleInTransactionMs: 35_000,
  /** A connection on which nothing came or went for so long is dead: nobody will ever answer. */
  silenceMs: 45_000,
} as const;

/** For everybody's first byte: a server that is there answers sooner. */
const connectMs = 10_000;

/** What each of our connections is opened with, as `pg` takes it. PgBouncer must let these through, or set them itself. */
export const sessionOptions = {
  lock_timeout: sessionLimits.lockMs,
  statement_timeout: sessionLimits.statementMs,
  idle_in_transaction_session_timeout: sessionLimits.idleInTransactionMs,
  connectionTimeoutMillis: connectMs,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
} as const;

/**
 * The client of one process. A connection that breaks costs the request that used it, never the process; who waits longer than 10 s for
 * a connection is refused.
 */
export function createDatabase(
  url: string,
  {
    poolSize = defaultPoolSize,
    limits = sessionLimits,
  }: { poolSize?: number; limits?: { silenceMs: number } } = {},
): PrismaClient {
  const adapter = new PrismaPg({
    ...sessionOptions,
    connectionString: url,
    max: poolSize,
    application_name: "reelay-api",
    stream: () => socketThatTires(limits.silenceMs),
  });
  // Prisma's own 2 s to get a connection and 5 s to finish fail a burst that would have been served.
  return new PrismaClient({ adapter, transactionOptions: { maxWait: connectMs, timeout: 15_000 } });
}

/** Keepalives find a peer that is gone; this also finds one that a proxy or a firewall hides. */
function socketThatTires(silenceMs: number): Socket {
  const socket = new Socket();
  socket.setTimeout(silenceMs, () => {
    socket.destroy(
      Object.assign(new Error(`Postgres said nothing for ${silenceMs} ms; the connection is given up.`), {
        code: "ETIMEDOUT",
      }),
    );
  });
  return socket;
}
