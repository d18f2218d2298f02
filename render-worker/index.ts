/** A render worker: accepts task messages, writes adaptive streams to the object store, and reports. */
export type { WorkerConfig } from "./config.ts";
export { readWorkerEnv, type WorkerEnv, type WorkerEnvResult, workerEnvFields } from "./env.ts";
export {
  createJail,
  createNoJail,
  type Jail,
  type JailedCommand,
  type JailOptions,
  type JailRequest,
  JailUnavailableError,
  jailsFrom,
  logJail,
  type Sandbox,
  sandboxes,
} from "./jail/index.ts";
export { type PreparedKinds, prepareKinds } from "./kinds/index.ts";
export {
  type FfmpegTools,
  type LocatedTool,
  type LocateOptions,
  locateFfmpeg,
  ToolNotFoundError,
  versionWarning,
  versionWarnings,
} from "./media/ffmpeg/index.ts";
export { findTools, probeEncoders, probeFilters, requiredEncoders } from "./media/tools/index.ts";
export {
  type FindPainterOptions,
  findPainter,
  findTemplatePainter,
  type InstalledPainter,
  logPainter,
} from "./painters/index.ts";
export { confine } from "./programs/index.ts";
export { findSpeech, type InstalledSpeech } from "./speech/index.ts";
export { createWorker, type Worker, type WorkerDeps } from "./worker.ts";
