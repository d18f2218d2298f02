/** Numbers, times and states as text. */

export { describeStep } from "./describe-step.ts";
export { count, formatBitrate, formatBytes, formatMicros, formatSpeed, percentOf } from "./numbers.ts";
export { formatAgo, formatClock, formatDuration, formatMoment, formatSpan, formatUntil } from "./time.ts";
export {
  batchRowWords,
  batchWords,
  deliveryWords,
  isJobSettled,
  jobWords,
  kindWord,
  outcomeWords,
  questionSetWords,
  questionWords,
  type Tone,
  templateWords,
  variantWords,
  videoWords,
  type Word,
} from "./words.ts";
