import type { ObjectStore } from "@reelay/object-store";
import { Registry } from "prom-client";
import { TestLive } from "../../../schema/testing/test-live.ts";
import { testLimits, testSecrets, testUploads } from "../../../schema/testing/test-uploads.ts";
import { createApiKey } from "../../auth/api-keys.ts";
import { createPlaybackAccess } from "../../playback-access/index.ts";
import { createServer } from "../../server.ts";
import { createTestEventLogs, log } from "./event-logs.ts";

/** API processes as far as the log is concerned: each a real server with a log of its own, all on one database. */
export async function createTestEventApis(processes = 1) {
  await using stack = new AsyncDisposableStack();
  const system = stack.use(await createTestEventLogs(processes));
  const { db, workspaceId } = system;
  const { token } = await createApiKey(db, { workspaceId, name: "test", scopes: ["READ"] });
  const live = new TestLive(db);
  const store = {} as ObjectStore;
  const clock = () => new Date();
  const playback = createPlaybackAccess({ db, clock, secrets: testSecrets, publicUrl: "http://api.example" });
  const operations = {
    db,
    store,
    live,
    clock,
    playback,
    uploads: testUploads,
    secrets: testSecrets,
    limits: testLimits,
    log,
  };
  const apis = [];
  for (const events of system.logs) {
    const server = stack.use(
      createServer({
        config: { isDevelopment: false, graceMs: 500 },
        context: { db, store, live, events, clock, operations },
        log,
        metrics: new Registry(),
        checks: {},
      }),
    );
    const { url } = await server.listen(0, "127.0.0.1");
    apis.push({ url: `${url}/graphql`, token, stop: () => server[Symbol.asyncDispose]() });
  }
  const held = stack.move();
  return {
    ...system,
    apis,
    api: apis[0] as (typeof apis)[number],
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

export type TestEventApi = Awaited<ReturnType<typeof createTestEventApis>>["api"];
