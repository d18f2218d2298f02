/** Limits for downloading a source from a URL. */
export interface FetchPolicy {
  /** Milliseconds for the whole transfer. */
  timeoutMs: number;
  /** Longest pause in milliseconds. Default 30 s. */
  idleTimeoutMs?: number;
  /** Minimum average throughput; a slow origin would hold a slot for hours. Default 1 MiB per minute. */
  pace?: { bytes: number; windowMs: number };
  /** Hosts, addresses and CIDR ranges that are allowed although they are not public. */
  allowPrivate: readonly string[];
}
