/** One round of load. */
export interface LoadCommand {
  url: string;
  token: string;
  body: string;
  connections: number;
  durationMs: number;
}

export interface LoadReply {
  requests: number;
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Answers that were no 200 with data. */
  failures: number;
}
