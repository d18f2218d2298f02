/** Measures quality, and chooses bitrates. */
export { analyseSource } from "./analyse-source.ts";
export type { FinishedRendition } from "./measure-quality.ts";
export { measureQuality } from "./measure-quality.ts";
export { type Analysis, analysisThreads, planAnalysis } from "./plan-analysis.ts";
export { planBitrates } from "./plan-bitrates.ts";
export { planFiner } from "./plan-finer.ts";
export { readEncoder } from "./read-encoder.ts";
