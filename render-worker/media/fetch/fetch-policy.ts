/** What a worker allows itself when it fetches a source from a URL. */
export interface FetchPolicy {
  /** Milliseconds for the whole transfer. */
  timeoutMs: number;
  /** Milliseconds without a byte. Default 30 s. */
  idleTimeoutMs?: number;
  /** How much must come in how long, on average: a slow origin would hold a slot for hours. Default 1 MiB in a minute. */
  pace?: { bytes: number; windowMs: number };
  /** Hosts, addresses and CIDR ranges that are allowed although they are not public. */
  allowPrivate: readonly string[];
}
