import { Registry } from "prom-client";
import { schema } from "../../../schema/index.ts";
import { createServer } from "../../api/server.ts";
import { createApiKey } from "../../auth/api-keys.ts";
import { createTestContext } from "../../testing/test-context.ts";
import { TestLive } from "../../testing/test-live.ts";
import { createTestEventLogs, log } from "./event-logs.ts";

/**
 * API processes as far as the log is concerned: each a real server with a log of its own, all on one
 * database.
 */
export async function createTestEventApis(processes = 1) {
  await using stack = new AsyncDisposableStack();
  const system = stack.use(await createTestEventLogs(processes));
  const { db, workspaceId } = system;
  const { token } = await createApiKey(db, { workspaceId, name: "test", scopes: ["READ"] });
  const live = new TestLive(db);
  const apis = [];
  for (const events of system.logs) {
    const server = stack.use(
      createServer({
        schema,
        config: { isDevelopment: false, graceMs: 500 },
        context: createTestContext({ db, log, live, events }),
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
