import { createClient } from "graphql-ws";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seedVideo } from "../../schema/testing/seed.ts";
import { createTestApi, type TestApi } from "../../schema/testing/test-api.ts";
import { encodeGlobalId } from "../inputs/global-id.ts";
import { answerLimits } from "../overload/answer-limits.ts";

const HUNDRED = 100;

let api: TestApi;
let id: string;
/** One video with as many jobs as a page holds: what `setPoster`, or cancel and retry, make of a video. */
beforeAll(async () => {
  api = await createTestApi();
  const video = await seedVideo(api.db, api.ours.id, { externalId: "bomb" });
  id = encodeGlobalId("Video", video.id);
  const [job] = await api.db.job.findMany({ where: { videoId: video.id } });
  if (!job) throw new Error("The seeded video has no job.");
  const { id: _id, error: _error, ...columns } = job;
  const copies = Array.from({ length: HUNDRED }, () => ({
    ...columns,
    isSuperseded: true,
    ...{ status: "CANCELED", endedAt: new Date() },
  }));
  await api.db.job.createMany({ data: copies as never });
});
afterAll(() => api[Symbol.asyncDispose]());

/** Each level multiplies by the page's size: 100 jobs, of one video, of 100 jobs, … */
const bomb = (levels: number, size: string): string =>
  levels === 0 ? "id status title" : `jobs(first: ${size}) { nodes { video { ${bomb(levels - 1, size)} } } }`;
const codesOf = ({ errors }: { errors?: Array<{ extensions?: Record<string, unknown> }> }) =>
  errors?.map(({ extensions }) => extensions?.["code"]);

test.each([2, 3])(
  "%d nested pages of 100 exceed the cost limit, whether the size is a literal or a variable",
  async (levels) => {
    const literal = `query ($id: ID!) { video(id: $id) { ${bomb(levels, "100")} } }`;
    const variable = `query ($id: ID!, $n: Int) { video(id: $id) { ${bomb(levels, "$n")} } }`;
    const byDefault = `query ($id: ID!, $n: Int = 100) { video(id: $id) { ${bomb(levels, "$n")} } }`;
    for (const [query, variables] of [
      [literal, { id }],
      [variable, { id, n: 100 }],
      [byDefault, { id }],
      // Unknown: as if it were the largest.
      [variable, { id }],
    ] as const) {
      expect(codesOf(await api.ask(query, variables))).toEqual(["DOCUMENT_TOO_COSTLY"]);
    }
    expect(codesOf(await api.ask(variable, { id, n: 2 }))).toBeUndefined();
  },
);

test("page sizes from variables count over WebSocket and server-sent events, in queries and subscriptions", async () => {
  const query = `query ($id: ID!, $n: Int) { video(id: $id) { ${bomb(3, "$n")} } }`;
  const watch = `subscription ($id: ID!, $n: Int) { videoProgress(id: $id) { ${bomb(3, "$n")} } }`;
  const client = createClient({ url: api.webSocket, connectionParams: { apiKey: api.ours.read } });
  for (const document of [query, watch]) {
    await expect(client.iterate({ query: document, variables: { id, n: 100 } }).next()).rejects.toMatchObject(
      [{ extensions: { code: "DOCUMENT_TOO_COSTLY" } }],
    );
    const response = await fetch(api.graphql, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "text/event-stream",
        authorization: `Bearer ${api.ours.read}`,
      },
      body: JSON.stringify({ query: document, variables: { id, n: 100 } }),
    });
    expect(await response.text()).toContain("DOCUMENT_TOO_COSTLY");
  }
  await client.dispose();
});

test("an answer that would be too large despite its cost is refused, and health checks are answered meanwhile", async () => {
  // Lists without pages cost little, and may be long.
  await api.db.$executeRaw`
    INSERT INTO tasks SELECT (jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid(), 'job_id', jobs.id))).*
    FROM tasks AS t, jobs, generate_series(1, 22) WHERE t.id = (SELECT id FROM tasks LIMIT 1)`;
  const tasks = Array.from({ length: 10 }, (_, index) => `t${index}: tasks { id status createdAt }`).join(
    " ",
  );
  expect(10 * (await api.db.task.count())).toBeGreaterThan(answerLimits.nodes);

  const delays: number[] = [];
  const answered = new AbortController();
  const watching = (async () => {
    while (!answered.signal.aborted) {
      const from = performance.now();
      await fetch(`${api.url}/healthz`);
      delays.push(performance.now() - from);
    }
  })();
  const answer = await api.ask(`{ jobs(first: 100) { nodes { id ${tasks} } } }`);
  answered.abort();
  await watching;
  expect(codesOf(answer)).toEqual(["ANSWER_TOO_LARGE"]);
  expect(delays.length).toBeGreaterThan(1);
  const few = await api.ask("{ jobs(first: 50) { nodes { id tasks { id } } } }");
  expect([codesOf(few), few.data.jobs.nodes.length]).toEqual([undefined, 50]);
});

test("a query that exceeds its deadline is aborted with ANSWER_TOO_SLOW", async () => {
  await using slow = await createTestApi({
    config: { isDevelopment: true, graceMs: 500, overload: { queryMs: 1_000 } },
  });
  const held = slow.db.$transaction(
    async (tx) => {
      await tx.$executeRawUnsafe('LOCK TABLE "videos" IN ACCESS EXCLUSIVE MODE');
      return await slow.ask("{ videos { nodes { id } } }");
    },
    { timeout: 60_000 },
  );
  expect(codesOf(await held)).toEqual(["ANSWER_TOO_SLOW"]);
  expect(codesOf(await slow.ask("{ viewer { scopes } }"))).toBeUndefined();
});
