/**
 * Passes queued tasks to workers: the queue is in the database, and the broker holds no more than the free
 * slots.
 */
import { startWorkLoop } from "../database/index.ts";
import { type DispatcherDeps, dispatch } from "./dispatch.ts";

export { claimTask, repeatClaim } from "./claim-task.ts";
export { type DispatcherDeps, dispatch } from "./dispatch.ts";

/** Dispatches until disposed: when a task is queued or a slot becomes free, and every two seconds. */
export function startDispatcher(deps: DispatcherDeps & { databaseUrl: string }): Promise<AsyncDisposable> {
  return startWorkLoop({
    databaseUrl: deps.databaseUrl,
    channel: "reelay_queue",
    log: deps.log,
    work: async () => (await dispatch(deps)) > 0,
    onFailed: (error, retryMs) => deps.log.warn({ err: error, retryMs }, "tasks.not-dispatched"),
  });
}
