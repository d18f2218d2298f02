/** What a worker allows itself when it fetches a source from a URL. */
export interface FetchPolicy {
  /** Milliseconds for the whole transfer. */
  timeoutMs: number;
  /** Milliseconds without a byte. Default 30 s. */
  idleTimeoutMs?: number;
  /** Hosts, addresses and CIDR ranges that are allowed although they are not public. */
  allowPrivate: readonly string[];
}
