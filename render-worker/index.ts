/** A render worker: one task message in, an adaptive stream in the object store and reports out. */
export type { WorkerConfig } from "./config.ts";
export { readWorkerEnv, type WorkerEnv, type WorkerEnvResult, workerEnvFields } from "./env.ts";
export { probeEncoders, probeFilters, requiredEncoders } from "./ffmpeg/encoders.ts";
export { findTools } from "./ffmpeg/find-tools.ts";
export { type LocateOptions, locateFfmpeg, ToolNotFoundError } from "./ffmpeg/locate.ts";
export type { FfmpegTools, LocatedTool } from "./ffmpeg/tools.ts";
export { versionWarning, versionWarnings } from "./ffmpeg/version-floor.ts";
export {
  createJail,
  type JailOptions,
  JailUnavailableError,
  type Sandbox,
  sandboxes,
} from "./jail/create-jail.ts";
export type { Jail, JailedCommand, JailRequest } from "./jail/jail.ts";
export { logJail } from "./jail/log-jail.ts";
export { createNoJail } from "./jail/no-jail.ts";
export { confine } from "./programs/programs.ts";
export { createWorker, type Worker, type WorkerDeps } from "./worker.ts";
