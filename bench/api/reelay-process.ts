/** The API's real server, on a real database; nothing of it is left out but the parts that a list does not touch. */
import { PrismaPg } from "@prisma/adapter-pg";
import type { ObjectStore } from "@reelay/object-store";
import pino from "pino";
import { Registry } from "prom-client";
import { PrismaClient } from "../../prisma/generated/client.ts";
import { testLimits, testSecrets, testUploads } from "../../schema/testing/test-uploads.ts";
import type { EventLog } from "../../src/events/index.ts";
import { createPlaybackAccess } from "../../src/playback-access/index.ts";
import type { LiveProgress } from "../../src/progress/live-progress.ts";
import { createServer } from "../../src/server.ts";

const [, , connectionString = ""] = process.argv;
const db = new PrismaClient({ adapter: new PrismaPg({ connectionString }) });
const log = pino({ level: "warn" });
const clock = () => new Date();
const store = {} as ObjectStore;
const live = {} as LiveProgress;
const playback = createPlaybackAccess({ db, clock, secrets: testSecrets, publicUrl: "http://api.example" });
const server = createServer({
  config: { isDevelopment: false, graceMs: 1_000 },
  context: {
    db,
    store,
    live,
    events: {} as EventLog,
    clock,
    operations: {
      db,
      store,
      live,
      clock,
      playback,
      uploads: testUploads,
      secrets: testSecrets,
      limits: testLimits,
      log,
    },
  },
  log,
  metrics: new Registry(),
  checks: {},
});
const { url } = await server.listen(0, "127.0.0.1");
process.send?.({ url: `${url}/graphql` });
process.once("disconnect", () => void close());

async function close(): Promise<void> {
  await server[Symbol.asyncDispose]();
  await db.$disconnect();
  process.exit(0);
}
