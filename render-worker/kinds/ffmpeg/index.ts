/** Shared by the kinds that run ffmpeg. */
export { acquireTaskSource, reading } from "./acquire-source.ts";
export { probeWithinMemory } from "./probe-within-memory.ts";
export {
  FfmpegRuntime,
  type MediaAttempt,
  type MediaTask,
  type RuntimeOptions,
} from "./runtime.ts";
