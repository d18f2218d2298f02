/** Why a budget does not allow a job now. */
export type Period = "JOB" | "DAY" | "MONTH" | "HOUR";

/** What is spent in a period, and what active jobs have reserved beyond what they spent. */
export interface Use {
  spentMicros: number;
  reservedMicros: number;
}

export interface Refusal extends Use {
  period: Period;
  limitMicros: number;
  /** The estimate that does not fit. */
  amountMicros: number;
  /** A sentence. */
  reason: string;
}
