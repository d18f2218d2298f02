import type { Messaging } from "@reelay/messaging";
import type { ObjectStore } from "@reelay/object-store";
import type { Logger } from "pino";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import type { KindRegistry } from "../jobs/index.ts";
import type { OfferBook } from "../prices/index.ts";
import type { StorageLimits } from "../quotas/index.ts";
import type { Metrics } from "../telemetry/index.ts";

export interface ProjectorDeps {
  db: PrismaClient;
  messaging: Messaging;
  store: ObjectStore;
  clock: () => Date;
  log: Logger;
  /** Quotas of workspaces that have none of their own. Default: unlimited. */
  limits?: StorageLimits;
  /** Machines with their prices. Default: all are free. */
  offers?: OfferBook;
  /** Default: the kinds of this release. */
  kinds?: KindRegistry;
  /** Default: no metrics. */
  metrics?: Pick<Metrics, "attemptEnded" | "reportApplied">;
}
