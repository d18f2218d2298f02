import { z } from "zod";
import type { LaunchOrder, Machine } from "../../compute-backend.ts";
import { managed } from "../../google/index.ts";
import { cloudConfigOf } from "./cloud-config.ts";
import type { Settings } from "./settings.ts";

/** The instance of an order. Throws like `cloudConfigOf`. Pure. */
export function instanceOf(order: LaunchOrder, settings: Settings): object {
  const { zone, machineType, spot, gpu, system, diskGib, serviceAccount } = settings;
  const { network, subnetwork, externalAddress } = settings;
  const items = [
    { key: "user-data", value: cloudConfigOf(order, settings) },
    ...(serviceAccount === undefined ? [] : [{ key: "google-logging-enabled", value: "true" }]),
  ];
  return {
    name: order.name,
    labels: managed,
    machineType: `zones/${zone}/machineTypes/${machineType}`,
    metadata: { items },
    disks: [
      {
        boot: true,
        autoDelete: true,
        initializeParams: { sourceImage: system, diskSizeGb: String(diskGib), labels: managed },
      },
    ],
    networkInterfaces: [
      {
        network,
        ...(subnetwork !== undefined && { subnetwork }),
        ...(externalAddress && { accessConfigs: [{ name: "External NAT", type: "ONE_TO_ONE_NAT" }] }),
      },
    ],
    scheduling: {
      provisioningModel: spot ? "SPOT" : "STANDARD",
      // Also when the API is away, and when a spot machine is taken.
      instanceTerminationAction: "DELETE",
      maxRunDuration: { seconds: String(Math.ceil(order.endsWithinSeconds)) },
      automaticRestart: false,
      onHostMaintenance: "TERMINATE",
    },
    ...(gpu?.type !== undefined && {
      guestAccelerators: [
        { acceleratorType: `zones/${zone}/acceleratorTypes/${gpu.type}`, acceleratorCount: gpu.count },
      ],
    }),
    // None: the machine has no credentials.
    serviceAccounts:
      serviceAccount === undefined
        ? []
        : [{ email: serviceAccount, scopes: ["https://www.googleapis.com/auth/cloud-platform"] }],
    shieldedInstanceConfig: { enableSecureBoot: gpu === undefined },
  };
}

/** The fields of an instance that are read. */
export const Instance = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string().default(""),
  labels: z.record(z.string(), z.string()).default({}),
});
export type Instance = z.infer<typeof Instance>;

const starting = new Set(["", "PENDING", "PROVISIONING", "STAGING"]);
const ended = new Set(["TERMINATED", "STOPPED", "SUSPENDED", "DEPROVISIONING"]);

/** An instance as the machine that it is. Compute Engine tells no exit code. Pure. */
export function machineOf({ id: ref, name, status }: Instance): Machine {
  const state = ended.has(status) ? "ENDED" : starting.has(status) ? "STARTING" : "RUNNING";
  return { name, ref, state, exitCode: null };
}
