import type { ObjectStore } from "@reelay/object-store";
import type { ServerDeps } from "../api/server.ts";
import { createBatchNews } from "../batches/index.ts";
import type { OperationDeps } from "../context/deps.ts";
import type { EventLog } from "../events/index.ts";
import { createPlaybackAccess } from "../playback-access/index.ts";
import { freeOffers } from "../prices/index.ts";
import type { LiveProgress } from "../progress/index.ts";
import { createQuestionWriter } from "../questions/index.ts";
import { createCheckWaits } from "../source-checks/index.ts";
import { testLimits, testSecrets, testUploads } from "./test-uploads.ts";

/** The context of resolvers in a test or a bench. Unused parts may be omitted. */
export function createTestContext({
  db,
  log,
  store = {} as ObjectStore,
  live = {} as LiveProgress,
  events = {} as EventLog,
  clock = () => new Date(),
  offers = freeOffers,
}: Pick<OperationDeps, "db" | "log"> &
  Partial<Pick<ServerDeps["context"], "store" | "live" | "events" | "clock">> &
  Partial<Pick<OperationDeps, "offers">>): ServerDeps["context"] {
  const playback = createPlaybackAccess({ db, clock, secrets: testSecrets, publicUrl: "http://api.example" });
  const questionWriter = createQuestionWriter({ kind: "bank" });
  const doubles = { uploads: testUploads, secrets: testSecrets, limits: testLimits };
  return {
    db,
    store,
    live,
    events,
    clock,
    operations: {
      db,
      store,
      live,
      clock,
      playback,
      log,
      checkWaits: createCheckWaits(),
      questionWriter,
      batchNews: createBatchNews(),
      offers,
      ...doubles,
    },
  };
}
