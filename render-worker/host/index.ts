/** The worker process: slots, memory, work directory, heartbeat, metrics. */
export { untilPreempted } from "./compute-engine.ts";
export { Heartbeat, type HeartbeatOptions } from "./heartbeat.ts";
export { joinRunningSystem } from "./join-running-system.ts";
export { endless, Life, type LifePlan } from "./life.ts";
export { NeedsMoreMemoryError } from "./memory/needs-more-memory.ts";
export { readLimits } from "./memory/read-limits.ts";
export {
  type Borrower,
  type Need,
  reserveIdleMemory,
  reserveMemory,
  reserveMemoryLater,
  reserveSpareMemory,
} from "./memory/reserve-memory.ts";
export { WorkerMemory } from "./memory/worker-memory.ts";
export { createWorkerMetrics, type WorkerMetrics } from "./metrics.ts";
export { OneAtATime } from "./one-at-a-time.ts";
export { poolsOf } from "./pools.ts";
export { pullTasks } from "./pull-tasks.ts";
export { Slots } from "./slots.ts";
export { startStatusServer } from "./status-server.ts";
export { defaultQuiet, type Quiet, untilQuiet } from "./until-quiet.ts";
export { makeFolder } from "./work-directory/make-folder.ts";
export { removeFolder } from "./work-directory/remove-folder.ts";
export { type AttemptDirectory, WorkDirectory } from "./work-directory/work-directory.ts";
export { sizeOf, writtenBytes } from "./work-directory/written-bytes.ts";
