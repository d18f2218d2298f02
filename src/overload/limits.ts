import { answerLimits } from "./answer-limits.ts";

/**
 * Limits of one API process. Beyond them a request is refused immediately with `OVERLOADED` and a time to
 * retry, which costs almost nothing. docs/explanation/overload.md lists them with all other queues.
 */
export interface OverloadLimits {
  /**
   * Concurrent GraphQL operations (except subscriptions). Default 14: less than the pool has, so that
   * background work gets connections too.
   */
  operations: number;
  /** Waiting operations. Default 4,000. */
  waitingOperations: number;
  /** Maximum wait in milliseconds. Default 30,000: proxies and clients give up after that. */
  waitMs: number;
  /** Time limit for executing an admitted query, in milliseconds. Default 10,000. */
  queryMs: number;
  /**
   * HTTP requests being answered, counted from the arrival of their body, without streams, media, uploads and
   * health checks. Default 5,000.
   */
  requests: number;
  /** Media requests that are being answered. Default 5,000. */
  media: number;
  /**
   * A media answer that was not read for this long is cut when its slot is needed, in milliseconds. Default
   * 10,000.
   */
  stalledReaderMs: number;
  /** Uploads and forms that are being received. Default 1,500. */
  uploads: number;
  /** REST requests that wait for their video. Default 1,000. */
  renders: number;
  /** Arriving bodies, except those of uploads and forms. Default 10,000: 40 KB of memory each. */
  bodies: number;
  /**
   * Arriving bodies from one address, which may be a proxy's. Default 8,000: closing and accepting
   * connections costs more than keeping them for `bodyMs`.
   */
  bodiesPerAddress: number;
  /** Bytes of all bodies that are arriving. Default 256 MiB. */
  bodyBytes: number;
  /** Time limit for receiving such a body, in milliseconds. Default 15,000. */
  bodyMs: number;
  /** The least pace of an upload or form, in bytes per second on average of `paceWindowMs`. Default 1,024. */
  leastPace: number;
  /** In milliseconds. Default 30,000. */
  paceWindowMs: number;
  /** Time limit for receiving a request's headers, in milliseconds. Default 15,000. */
  headersMs: number;
  /** Connections on which no request is being answered. Default 10,000. */
  waitingConnections: number;
  /** Server-sent streams. Default 5,000. */
  streams: number;
  /** WebSockets. Default 10,000. */
  sockets: number;
  /** Operations that one socket may have open. Default 100. */
  operationsPerSocket: number;
  /** Unsent bytes on one socket. Default 8 MiB; a progress viewer has far fewer, because it skips states. */
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
  renders: 1_000,
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
  limits.renders +
  limits.sockets;
