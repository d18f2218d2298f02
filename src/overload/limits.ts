/**
 * What one API process takes on at most. Beyond it a request is refused at once with `OVERLOADED` and a time to retry, which costs next
 * to nothing; docs/architecture.md lists these with all other queues.
 */
export interface OverloadLimits {
  /** GraphQL operations (but subscriptions) that are executed at once. Default 14: less than the pool has, so that the background parts get connections, too. */
  operations: number;
  /** Operations that wait for their turn. Default 4,000. */
  waitingOperations: number;
  /** How long one waits, in milliseconds. Default 30,000: proxies and clients give up after that. */
  waitMs: number;
  /** HTTP requests that are being answered, streams and health not counted. Default 5,000. */
  requests: number;
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
  requests: 5_000,
  streams: 5_000,
  sockets: 10_000,
  operationsPerSocket: 100,
  bufferedBytes: 8 * 1_048_576,
};
