import type { Messaging } from "@reelay/messaging";
import type { ObjectStore } from "@reelay/object-store";
import type { Logger } from "pino";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import type { StorageLimits } from "../quotas/limits.ts";
import type { Metrics } from "../telemetry/metrics.ts";

export interface ProjectorDeps {
  db: PrismaClient;
  messaging: Messaging;
  store: ObjectStore;
  clock: () => Date;
  log: Logger;
  /** What workspaces may have, unless they say otherwise. Default: any number. */
  limits?: StorageLimits;
  /** Default: nobody counts. */
  metrics?: Pick<Metrics, "attemptEnded" | "reportApplied">;
}

/** How long an attempt holds its task without being heard of. Workers report every 5 s at least. */
const leaseMs = 30_000;

/** Until when an attempt that is heard of now holds its task. */
export const leaseFrom = (now: Date): Date => new Date(now.getTime() + leaseMs);
