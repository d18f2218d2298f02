import type { VariantState } from "@reelay/contracts";

/** What an attempt stored of a variant. */
export interface FinishedRendition {
  variant: VariantState;
  initKey: string;
  segments: { key: string; startMs: number; durationMs: number }[];
}
