import { z } from "zod";
import type { LaunchOrder, Machine } from "../../compute-backend.ts";
import type { Settings } from "./settings.ts";

/** The pods that may be created for an order, in the order in which they are tried. Pure. */
export function podsOf({ name, environment }: LaunchOrder, settings: Settings): object[] {
  const {
    image,
    gpuTypes,
    gpuCount,
    cpuFlavors = [],
    vcpus,
    cloud,
    dataCenters,
    diskGb,
    registry,
  } = settings;
  const common = {
    ...{ name, image, env: environment, disk: diskGb, cloud, ports: [] },
    ...(dataCenters !== undefined && { dataCenterIds: dataCenters }),
    ...(registry !== undefined && { registry }),
  };
  if (gpuTypes === undefined) return cpuFlavors.map((id) => ({ ...common, cpu: { id, vcpuCount: vcpus } }));
  return gpuTypes.map((id) => ({ ...common, gpu: { id, count: gpuCount } }));
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
