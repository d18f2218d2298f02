import type { ObjectStore } from "@reelay/object-store";
import type { OperationDeps } from "../deps.ts";
import type { EventLog } from "../events/index.ts";
import { createPlaybackAccess } from "../playback-access/index.ts";
import type { LiveProgress } from "../progress/index.ts";
import type { ServerDeps } from "../server.ts";
import { testLimits, testSecrets, testUploads } from "./test-uploads.ts";

/** What the resolvers of a server in a test or a bench get. Parts that it does not use may be left out. */
export function createTestContext({
  db,
  log,
  store = {} as ObjectStore,
  live = {} as LiveProgress,
  events = {} as EventLog,
  clock = () => new Date(),
}: Pick<OperationDeps, "db" | "log"> &
  Partial<Pick<ServerDeps["context"], "store" | "live" | "events" | "clock">>): ServerDeps["context"] {
  const playback = createPlaybackAccess({ db, clock, secrets: testSecrets, publicUrl: "http://api.example" });
  const doubles = { uploads: testUploads, secrets: testSecrets, limits: testLimits };
  return {
    db,
    store,
    live,
    events,
    clock,
    operations: { db, store, live, clock, playback, log, ...doubles },
  };
}
