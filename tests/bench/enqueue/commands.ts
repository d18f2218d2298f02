/** One burst of mutations. */
export interface EnqueueCommand {
  url: string;
  token: string;
  /** Makes idempotency keys unlike those of other bursts. */
  round: string;
  mutations: number;
  connections: number;
}

export interface EnqueueReply {
  /** Different videos that were answered. */
  accepted: number;
  /** Other answers, with how often each came. */
  refusals: string[];
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}
