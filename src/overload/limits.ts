import { answerLimits } from "./answer-limits.ts";

/**
 * What one API process takes on at most. Beyond it a request is refused at once with `OVERLOADED` and a time to retry, which costs next
 * to nothing; docs/explanation/overload.md lists these with all other queues.
 */
export interface OverloadLimits {
  /** GraphQL operations (but subscriptions) that are executed at once. Default 14: less than the pool has, so that the background parts get connections, too. */
  operations: number;
  /** Operations that wait for their turn. Default 4,000. */
  waitingOperations: number;
  /** How long one waits, in milliseconds. Default 30,000: proxies and clients give up after that. */
  waitMs: number;
  /** How long a query may be executed once its turn has come, in milliseconds. Default 10,000. */
  queryMs: number;
  /**
   * HTTP requests that are being answered, counted from when their body has arrived; streams, media, uploads and health not counted.
   * Default 5,000.
   */
  requests: number;
  /** Media requests that are being answered. Default 5,000. */
  media: number;
  /** A media answer of which nothing was read for so long is cut when its place is needed, in milliseconds. Default 10,000. */
  stalledReaderMs: number;
  /** Uploads and forms that are being received. Default 1,500. */
  uploads: number;
  /** Bodies that are arriving, those of uploads and forms not counted. Default 10,000: 40 KB of memory each. */
  bodies: number;
  /** Bodies that are arriving from one address, which may be a proxy's. Default 8,000: closing and accepting connections costs more than keeping them for `bodyMs`. */
  bodiesPerAddress: number;
  /** Bytes of all bodies that are arriving. Default 256 MiB. */
  bodyBytes: number;
  /** How long such a body may take to arrive, in milliseconds. Default 15,000. */
  bodyMs: number;
  /** The least pace of an upload or form, in bytes per second on average of `paceWindowMs`. Default 1,024. */
  leastPace: number;
  /** In milliseconds. Default 30,000. */
  paceWindowMs: number;
  /** How long a request's headers may take to arrive, in milliseconds. Default 15,000. */
  headersMs: number;
  /** Connections on which no request is being answered. Default 10,000. */
  waitingConnections: number;
  /** Server-sent streams. Default 5,000. */
  streams: number;
  /** WebSockets. Default 10,000. */
  sockets: number;
  /** Operations that one socket may have open. Default 100. */
  operationsPerSocket: number;
  /** What may wait to be sent on one socket, in bytes. Default 8 MiB; a viewer of progress has far less, as it skips states. */
  bufferedBytes: number;
}

export const defaultOverloadLimits: OverloadLimits = {
  operations: 14,
  waitingOperations: 4_000,
  waitMs: 30_000,
  queryMs: answerLimits.timeMs,
  requests: 5_000,
  media: 5_000,
  stalledReaderMs: 10_000,
  uploads: 1_500,
  bodies: 10_000,
  bodiesPerAddress: 8_000,
  bodyBytes: 256 * 1_048_576,
  bodyMs: 15_000,
  leastPace: 1_024,
  paceWindowMs: 30_000,
  headersMs: 15_000,
  waitingConnections: 10_000,
  streams: 5_000,
  sockets: 10_000,
  operationsPerSocket: 100,
  bufferedBytes: 8 * 1_048_576,
};

/** Connections that all parts together may have open. */
export const mostConnections = (limits: OverloadLimits): number =>
  limits.waitingConnections +
  limits.bodies +
  limits.requests +
  limits.streams +
  limits.media +
  limits.uploads +
  limits.sockets;
