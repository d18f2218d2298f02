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

/** Cloud Run considers a service started when its container listens here: the worker's status page does. */
const PORT = 8080;

/** Starts workers as Cloud Run services, one service with one instance per machine. */
export const cloudRunService = defineBackend(
  "CLOUD_RUN_SERVICE",
  z.strictObject(cloudRunFields),
  (settings, deps) =>
    openStandingMachines(
      {
        ...{ kind: "CLOUD_RUN_SERVICE", noun: "service", bodyOf: serviceOf },
        ...{ collection: "services", idParameter: "serviceId" },
      },
      settings,
      deps,
    ),
);

/** The service of an order: an instance that runs without requests, and that no request reaches. Pure. */
function serviceOf({ environment, ...order }: LaunchOrder, settings: CloudRunSettings): object {
  const listening = { ...order, environment: { ...environment, METRICS_PORT: String(PORT) } };
  const { resources, ...container } = containerOf(listening, settings);
  return {
    labels: managed,
    ingress: "INGRESS_TRAFFIC_INTERNAL_ONLY",
    defaultUriDisabled: true,
    scaling: { scalingMode: "MANUAL", manualInstanceCount: 1 },
    template: {
      ...{ labels: managed, ...placeOf(settings), executionEnvironment: "EXECUTION_ENVIRONMENT_GEN2" },
      maxInstanceRequestConcurrency: 1,
      // The CPU is there without a request, too.
      containers: [
        { ...container, ports: [{ containerPort: PORT }], resources: { ...resources, cpuIdle: false } },
      ],
    },
  };
}
