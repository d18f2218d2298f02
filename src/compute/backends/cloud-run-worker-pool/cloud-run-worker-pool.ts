import { z } from "zod";
import { defineBackend, type LaunchOrder } from "../../compute-backend.ts";
import {
  type CloudRunSettings,
  cloudRunFields,
  containerOf,
  managed,
  openStandingMachines,
  placeOf,
} from "../../google/index.ts";

/** Starts workers as Cloud Run worker pools, one pool with one instance per machine. */
export const cloudRunWorkerPool = defineBackend(
  "CLOUD_RUN_WORKER_POOL",
  z.strictObject(cloudRunFields),
  (settings, deps) =>
    openStandingMachines(
      {
        ...{ kind: "CLOUD_RUN_WORKER_POOL", noun: "worker pool", bodyOf: poolOf },
        ...{ collection: "workerPools", idParameter: "workerPoolId" },
      },
      settings,
      deps,
    ),
);

/** The pool of an order. Pure. */
const poolOf = (order: LaunchOrder, settings: CloudRunSettings): object => ({
  labels: managed,
  scaling: { manualInstanceCount: 1 },
  template: { labels: managed, ...placeOf(settings), containers: [containerOf(order, settings)] },
});
