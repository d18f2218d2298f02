import type { ObjectStore } from "@reelay/object-store";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import type { Viewer } from "../auth/index.ts";
import type { EventLog } from "../events/index.ts";
import type { LiveProgress } from "../progress/index.ts";
import type { OperationDeps } from "./deps.ts";

/** What every resolver receives. `operations` is passed to operations unchanged. */
export interface Context {
  /** Null without an API key: only introspection resolves then, and only in development. */
  viewer: Viewer | null;
  db: PrismaClient;
  store: ObjectStore;
  live: LiveProgress;
  events: EventLog;
  clock: () => Date;
  operations: OperationDeps;
}
