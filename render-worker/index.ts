/** A render worker: one task message in, an adaptive stream in the object store and reports out. */
export type { WorkerConfig } from "./config.ts";
export { readWorkerEnv, type WorkerEnv, type WorkerEnvResult, workerEnvFields } from "./env.ts";
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
export { type PreparedKinds, prepareKinds } from "./kinds/index.ts";
export { type LocateOptions, locateFfmpeg, ToolNotFoundError } from "./media/ffmpeg/locate.ts";
export type { FfmpegTools, LocatedTool } from "./media/ffmpeg/tools.ts";
export { versionWarning, versionWarnings } from "./media/ffmpeg/version-floor.ts";
export { probeEncoders, probeFilters, requiredEncoders } from "./media/tools/encoders.ts";
export { findTools } from "./media/tools/find-tools.ts";
export { confine } from "./programs/program.ts";
export { createWorker, type Worker, type WorkerDeps } from "./worker.ts";
