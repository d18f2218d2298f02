import type { Messaging } from "@reelay/messaging";
import type { ObjectStore } from "@reelay/object-store";
import type { Logger } from "pino";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import type { KindRegistry } from "../jobs/kind-operations.ts";
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
  /** Default: the kinds of this release. */
  kinds?: KindRegistry;
  /** Default: no metrics. */
  metrics?: Pick<Metrics, "attemptEnded" | "reportApplied">;
}
