import { type Child, startChild } from "../child.ts";
import type { BenchOptions, Figures } from "../conditions.ts";
import { cpuSecondsOf } from "../cpu-time.ts";
import { show, summarize } from "../statistics.ts";
import type { LoadCommand, LoadReply } from "./load.ts";
import { openStage } from "./stage.ts";

const goals = { ratio: 0.7 };
const query =
  "query List($first: Int!) { videos(first: $first) { edges { node { id title status createdAt } } pageInfo { hasNextPage endCursor } } }";
const sides = ["api", "byHand"] as const;
type Side = (typeof sides)[number];
/**
 * Others on the machine take turns from both servers, and with them requests per second; what a request costs
 * they change less.
 */
type Round = LoadReply & { cpuMsPerRequest: number };

/**
 * Requests per second of the list that every front end begins with, through the real server, against the same
 * list written by hand. Both servers and the clients have a process each. About a minute and a half.
 */
export async function run({ isShort, print }: BenchOptions): Promise<Figures> {
  const videos = 5_000;
  const connections = 16;
  const rounds = isShort ? 3 : 7;
  const durationMs = isShort ? 2_000 : 4_000;
  await using resources = new AsyncDisposableStack();
  const { databaseUrl, token } = resources.use(await openStage(videos));
  const load = resources.use(startChild(new URL("./load-process.ts", import.meta.url)));
  const servers: Record<Side, Child> = {
    api: resources.use(startChild(new URL("./reelay-process.ts", import.meta.url), [databaseUrl])),
    byHand: resources.use(startChild(new URL("./by-hand-process.ts", import.meta.url), [databaseUrl])),
  };
  const [api, byHand] = await Promise.all([addressOf(servers.api), addressOf(servers.byHand)]);
  const urls: Record<Side, string> = { api, byHand };
  const body = JSON.stringify({ query, variables: { first: 20 } });
  await expectSameList(urls, token, body);
  const measure = async (side: Side, ms: number): Promise<Round> => {
    const pid = servers[side].process.pid ?? 0;
    const before = await cpuSecondsOf(pid);
    const command: LoadCommand = { url: urls[side], token, body, connections, durationMs: ms };
    load.process.send(command);
    const reply = await load.answer<LoadReply>();
    if (reply.failures > 0) throw new Error(`${side}: ${reply.failures} answers were no list`);
    const { own } = await cpuSecondsOf(pid);
    return { ...reply, cpuMsPerRequest: ((own - before.own) * 1_000) / reply.requests };
  };

  print(
    `api: ${query}, first: 20 of ${videos} videos; ${connections} connections, ${rounds} rounds of ${durationMs / 1_000} s each, in turns`,
  );
  for (const side of sides) await measure(side, 3_000);
  const pairs: Record<Side, Round>[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const api = await measure("api", durationMs);
    pairs.push({ api, byHand: await measure("byHand", durationMs) });
  }
  const figures: Figures = {};
  for (const side of sides) {
    const rate = summarize(pairs.map((pair) => pair[side].requestsPerSecond));
    const p50 = summarize(pairs.map((pair) => pair[side].p50Ms));
    const p99 = summarize(pairs.map((pair) => pair[side].p99Ms));
    const cpu = summarize(pairs.map((pair) => pair[side].cpuMsPerRequest));
    figures[`api.${side}.cpuMsPerRequest`] = cpu.median;
    figures[`api.${side}.requestsPerSecond`] = rate.median;
    figures[`api.${side}.p50Ms`] = p50.median;
    figures[`api.${side}.p99Ms`] = p99.median;
    const name = side === "api" ? "the API" : "pg and graphql-yoga by hand";
    print(
      `api: ${name}: ${show(rate, 0)} requests/s, p50 ${show(p50, 1, " ms")}, p99 ${show(p99, 1, " ms")}, CPU ${show(cpu, 2, " ms")} per request`,
    );
  }
  const ratio = summarize(pairs.map(({ api, byHand }) => api.requestsPerSecond / byHand.requestsPerSecond));
  const cpuRatio = summarize(pairs.map(({ api, byHand }) => byHand.cpuMsPerRequest / api.cpuMsPerRequest));
  figures["api.ratio"] = ratio.median;
  figures["api.cpuRatio"] = cpuRatio.median;
  print(
    `api: the API's rate against by hand: ${show(ratio)} (goal ${goals.ratio}); by CPU per request ${show(cpuRatio)}`,
  );
  return figures;
}

async function addressOf(child: Child): Promise<string> {
  return (await child.answer<{ url: string }>()).url;
}

/** A fast answer that is another answer would be worth nothing. */
async function expectSameList(urls: Record<Side, string>, token: string, body: string): Promise<void> {
  const lists = await Promise.all(
    sides.map(async (side) => {
      const response = await fetch(urls[side], {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
        body,
      });
      const text = await response.text();
      const { data } = JSON.parse(text) as { data?: { videos: { edges: unknown[] } } };
      if (data?.videos.edges.length !== 20) throw new Error(`${side} gives no list: ${text.slice(0, 500)}`);
      return JSON.stringify(data.videos.edges);
    }),
  );
  if (lists[0] !== lists[1]) throw new Error(`the two lists differ:\n${lists.join("\n")}`);
}
