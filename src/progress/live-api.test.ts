/**
 * Live progress through the real API, broker and database: nothing here stands in for anything but the
 * worker.
 */

import { PrismaPg } from "@prisma/adapter-pg";
import type { DrawingStep } from "@reelay/contracts";
import { createPubSubMessaging } from "@reelay/messaging";
import { createClient } from "graphql-ws";
import pino from "pino";
import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { createBroker } from "../../embedded/broker/index.ts";
import { PrismaClient } from "../../prisma/generated/client.ts";
import { schema } from "../../schema/index.ts";
import { createTestDatabase, patientTransactions } from "../../tests/kit/index.ts";
import { createServer } from "../api/server.ts";
import { createApiKey } from "../auth/api-keys.ts";
import type { Context } from "../context/context.ts";
import { createEventLog } from "../events/index.ts";
import { encodeGlobalId } from "../inputs/global-id.ts";
import { createTestContext } from "../testing/test-context.ts";
import { createLiveProgress } from "./create-live-progress.ts";
import type { LiveProgress } from "./live-progress.ts";
import { createSharedExecution, sharingKeyOf } from "./shared-execution.ts";
import { finish, progressed, type RenderingVideo, seedRenderingVideo } from "./testing/rendering-video.ts";

const query = `subscription Watch($id: ID!, $after: String) {
  videoProgress(id: $id, after: $after) { id status progress cursor variants { id status fraction fps speed etaMs } step { index name } }
}`;

/** One that also looks up the job, for every state. */
const jobQuery = `subscription WatchJob($id: ID!) {
  videoProgress(id: $id) { id status cursor variants { fraction } step { index } mainJob { step { kind index count name fraction } } }
}`;

interface Shown {
  videoProgress: {
    status: string;
    cursor: string;
    variants: { fraction: number }[];
    step: { index: number } | null;
    mainJob?: { step: DrawingStep | null };
  };
}

const log = pino({ level: "silent" });

async function startSystem() {
  await using resources = new AsyncDisposableStack();
  const database = resources.use(await createTestDatabase());
  const db = new PrismaClient({
    adapter: new PrismaPg({ connectionString: database.url }),
    log: [{ emit: "event", level: "query" }],
    transactionOptions: patientTransactions,
  });
  const queries: string[] = [];
  db.$on("query", ({ query }) => queries.push(query));
  resources.defer(() => db.$disconnect());
  const broker = resources.use(await createBroker());
  const connect = () => createPubSubMessaging({ projectId: "test", emulatorHost: broker.address });
  const worker = resources.use(connect());
  await worker.provision();
  const video = await seedRenderingVideo(db);
  const { token } = await createApiKey(db, {
    workspaceId: video.workspaceId,
    name: "test",
    scopes: ["READ"],
  });

  async function startApi(apiId: string) {
    const messaging = resources.use(connect());
    const { url: databaseUrl } = database;
    const events = resources.use(await createEventLog({ db, databaseUrl, log }));
    const live = resources.use(await createLiveProgress({ db, messaging, databaseUrl, apiId, log }));
    let watches = 0;
    const counted: LiveProgress = {
      ...live,
      watch: (target, signal) => {
        watches += 1;
        return live.watch(target, signal);
      },
    };
    const server = resources.use(
      createServer({
        schema,
        config: { isDevelopment: false, graceMs: 500 },
        context: createTestContext({ db, log, live: counted, events }),
        log,
        metrics: new Registry(),
        checks: {},
        webSocketHooks: createSharedExecution({
          viewerKey: (context) => {
            const { viewer } = context as Context;
            return viewer && sharingKeyOf(viewer);
          },
        }),
      }),
    );
    const { url } = await server.listen(0, "127.0.0.1");
    return { url, watches: () => watches };
  }
  const apis = [await startApi("one"), await startApi("two")] as const;
  const owned = resources.move();
  return { db, queries, worker, video, token, apis, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
type System = Awaited<ReturnType<typeof startSystem>>;

function watch(
  { token, video }: System,
  { url }: { url: string },
  after: string | null = null,
  document = query,
) {
  const client = createClient({
    url: `${url.replace("http", "ws")}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });
  const variables = { id: encodeGlobalId("Video", video.videoId), after };
  const stream = client.iterate<Shown>({ query: document, variables });
  return {
    async until(fits: (video: Shown["videoProgress"]) => boolean): Promise<Shown["videoProgress"]> {
      for (;;) {
        const { value, done } = await stream.next();
        if (done === true || value.data === undefined || value.data === null) {
          throw new Error(`no video: ${JSON.stringify(value)}`);
        }
        if (fits(value.data.videoProgress)) return value.data.videoProgress;
      }
    },
    [Symbol.asyncDispose]: async () => client.dispose(),
  };
}

const reached = (fraction: number) => (video: Shown["videoProgress"]) =>
  video.variants.every((variant) => variant.fraction === fraction);

async function report({ worker }: System, video: RenderingVideo, sequence: number, fraction: number) {
  await worker.publish(progressed(video, sequence, fraction));
}

test("viewers at two API processes receive progress and the end; equal documents are executed once", async () => {
  await using system = await startSystem();
  const { apis, video, db } = system;
  await using viewers = new AsyncDisposableStack();
  const all = apis.flatMap((api) => Array.from({ length: 10 }, () => viewers.use(watch(system, api))));
  await Promise.all(all.map((viewer) => viewer.until(reached(0))));
  await report(system, video, 1, 0.5);
  const [seen] = await Promise.all(all.map((viewer) => viewer.until(reached(0.5))));
  expect(apis.map((api) => api.watches())).toEqual([1, 1]);

  // A viewer that reconnects to the other process continues where it was.
  const back = viewers.use(watch(system, apis[1], seen?.cursor ?? null));
  await report(system, video, 2, 0.75);
  expect(reached(0.75)(await back.until(() => true))).toBe(true);
  await finish(db, video);
  const ends = await Promise.all(
    [...all, back].map((viewer) => viewer.until((each) => each.status === "READY")),
  );
  expect(new Set(ends.map(({ cursor }) => cursor)).size).toBe(1);
});

test("delivering progress to a viewer causes no database query", async () => {
  await using system = await startSystem();
  const { apis, video, queries } = system;
  await using viewer = watch(system, apis[0]);
  await viewer.until(reached(0));
  await report(system, video, 1, 0.1);
  await viewer.until(reached(0.1));
  queries.length = 0;
  for (let tick = 2; tick <= 5; tick += 1) {
    await report(system, video, tick, tick / 10);
    await viewer.until(reached(tick / 10));
  }
  expect(queries).toEqual([]);
});

test("a viewer over server-sent events receives the same values", async () => {
  await using system = await startSystem();
  const { apis, video, token, db } = system;
  const stop = new AbortController();
  const response = await fetch(`${apis[0].url}/graphql`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "text/event-stream",
      authorization: `Bearer ${token}`,
    },
    body: JSON.stringify({ query, variables: { id: encodeGlobalId("Video", video.videoId) } }),
    signal: stop.signal,
  });
  let text = "";
  const decoder = new TextDecoder();
  const body = response.body;
  if (body === null) throw new Error("the response has no body");
  const reader = body.getReader();
  const until = async (part: string) => {
    while (!text.includes(part)) text += decoder.decode((await reader.read()).value, { stream: true });
  };
  await until('"PROCESSING"');
  await report(system, video, 1, 0.5);
  await until('"fraction":0.5');
  await finish(db, video);
  await until('"READY"');
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  stop.abort();
});

test("every animation of a script reaches its viewers, however short it is, and none goes backwards", async () => {
  await using system = await startSystem();
  const { apis, video, worker, db } = system;
  const count = 60;
  const tell = (sequence: number, index: number, fraction: number) => {
    const { detail, ...report } = progressed(video, sequence, index / count);
    const step = { index, count, name: `Create(Circle${index})`, fraction };
    return worker.publish({ ...report, kind: "ANIMATION", detail: { ...detail, step } });
  };
  /** Reads the indexes that a viewer sees into `seen`, up to the last one. */
  async function read(viewer: ReturnType<typeof watch>, seen: number[]): Promise<void> {
    await viewer.until(({ step, mainJob }) => {
      const shown = mainJob === undefined ? step : mainJob.step;
      if (shown) seen.push(shown.index);
      return shown?.index === count - 1;
    });
  }
  await using first = watch(system, apis[0]);
  await using second = watch(system, apis[0], null, jobQuery);
  await Promise.all([first.until(reached(0)), second.until(reached(0))]);
  const seen: number[][] = [[], []];
  const ends = Promise.all([read(first, seen[0] ?? []), read(second, seen[1] ?? [])]);
  let sequence = 0;
  for (let index = 0; index < count; index += 1) {
    await tell((sequence += 1), index, 0);
    await tell((sequence += 1), index, 0.9);
    // Only a viewer that keeps up is promised all of them.
    const isPause = index % 20 === 19;
    if (isPause) await expect.poll(() => seen.map((one) => one.at(-1))).toEqual([index, index]);
  }
  await ends;
  for (const indexes of seen) {
    expect([...new Set(indexes)]).toEqual(Array.from({ length: count }, (_, index) => index));
    expect(indexes).toEqual(indexes.toSorted((a, b) => a - b));
  }

  // A late report of a previous animation changes nothing.
  await using late = watch(system, apis[0], null, jobQuery);
  await tell((sequence += 1), 3, 0.5);
  const shown = await late.until(({ mainJob }) => mainJob?.step?.fraction === 0.9);
  expect(shown.mainJob?.step).toEqual({
    kind: "ANIMATION",
    index: count - 1,
    count,
    name: `Create(Circle${count - 1})`,
    fraction: 0.9,
  });
  await finish(db, video);
  const end = await late.until(({ status }) => status === "READY");
  expect(end.step).toEqual({ index: count - 1 });
});
