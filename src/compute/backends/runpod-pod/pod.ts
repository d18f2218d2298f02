import { z } from "zod";
import type { LaunchOrder, Machine } from "../../compute-backend.ts";
import type { Settings } from "./settings.ts";

/** The pods that may be created for an order, in the order in which they are tried. Pure. */
export function podsOf(order: LaunchOrder, settings: Settings): object[] {
  const { gpuTypes, gpuCount, cpuFlavors = [], vcpus } = settings;
  return gpuTypes === undefined
    ? cpuFlavors.map((id) => podOf(order, settings, { cpu: { id, vcpuCount: vcpus } }))
    : gpuTypes.map((id) => podOf(order, settings, { gpu: { id, count: gpuCount } }));
}

function podOf({ name, environment }: LaunchOrder, settings: Settings, hardware: object): object {
  const { image, cloud, dataCenters, diskGb, registry } = settings;
  return {
    ...{ name, image, env: environment, disk: diskGb, cloud, ports: [], ...hardware },
    ...(dataCenters !== undefined && { dataCenterIds: dataCenters }),
    ...(registry !== undefined && { registry }),
  };
}

/** The fields of a pod that are read. */
export const Pod = z.object({ id: z.string(), name: z.string(), status: z.string() });
export type Pod = z.infer<typeof Pod>;

export const PodList = z.object({ pods: z.array(Pod) });

const ended: ReadonlySet<string> = new Set(["EXITED", "ERROR", "TERMINATED"]);

/** A pod as the machine that it is. Pure. */
export const machineOf = ({ id, name, status }: Pod): Machine => ({
  ...{ name, ref: id, exitCode: null },
  state: ended.has(status) ? "ENDED" : status === "RUNNING" ? "RUNNING" : "STARTING",
});
