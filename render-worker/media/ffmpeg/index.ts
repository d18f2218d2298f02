/** ffmpeg: its location, allowed inputs, command lines and execution. */
export { type DecodeLimits, MOST_STREAMS, safeInputOptions } from "./allow-lists.ts";
export { encoderFor, encoderKey, softwareEncoder } from "./encoder-for.ts";
export { type DeviceKind, type EncoderRow, encoderTable, type VideoCodec } from "./encoder-table.ts";
export { explainFfmpegFailure } from "./explain-failure.ts";
export { FrameStatistics, type OutputStatistics, parseStatisticsLine } from "./frame-statistics.ts";
export { h264Level } from "./h264-level.ts";
export { findOnPath, type LocateOptions, locateFfmpeg, ToolNotFoundError } from "./locate.ts";
export { Programs } from "./programs.ts";
export {
  INIT_FILE,
  LIVE_INPUT,
  PLAYLIST_FILE,
  type PlannedOutput,
  POSTER_FILE,
  type RenderPlan,
  STATISTICS_FILE,
} from "./render-plan.ts";
export { sourceFormats } from "./source-formats.ts";
export { prepareFluent } from "./start-with-fluent.ts";
export type { FfmpegTools, LocatedTool } from "./tools.ts";
export { versionWarning, versionWarnings } from "./version-floor.ts";
export { words } from "./words.ts";
