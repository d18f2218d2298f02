/** A video that is corrected at its address, while viewers watch it. */
import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keyOf } from "../../src/inputs/global-id.ts";
import { documents, eventually, type System, startSystem } from "../kit/index.ts";
import { scrubNow } from "../kit/scrub.ts";
import { withoutTimes } from "../kit/without-times.ts";
import { startWorkerProcess } from "./worker-process.ts";

const patience = { timeoutMs: 120_000 };
const TWO_DAYS = 2 * 86_400_000;

let system: System;
beforeAll(async () => {
  system = await startSystem({ workers: 0 });
});
afterAll(() => system[Symbol.asyncDispose]());

/** Scenes of some ten seconds, of which little moves. */
const question = (text: string) => ({
  question: text,
  options: ["Jupiter", "Saturn", "Neptune", "Earth"],
  answerIndex: 0,
  explanation: "It is larger than all of the other planets together, and was known to people of all times.",
});
const source = (...texts: string[]) => ({
  template: {
    ...{ template: "quiz-classic", height: 270, frameRate: 10 },
    data: { ...{ timerSeconds: 1, speakOptions: false }, questions: texts.map(question) },
  },
});
const texts = [
  "Which planet is the largest?",
  "Which planet is a giant?",
  "Which planet comes fifth?",
] as const;
const [one, , three] = texts;

const WATCH = `subscription ($id: ID!) { videoProgress(id: $id) { id status progress edition error { message }
  editions(first: 1) { nodes { number status progress error { code } } } } }`;

interface Watched {
  status: string;
  progress: number;
  edition: number;
  editions: { nodes: { number: number; status: string; progress: number; error: { code: string } | null }[] };
}

async function update(videoId: string, corrected: object) {
  const { data } = await system.client.ask(
    `mutation ($input: UpdateVideoSourceInput!) { updateVideoSource(input: $input) { __typename
      ... on Video { status edition editions(first: 5) { totalCount nodes { number status job { kind } } } }
      ... on Error { code } } }`,
    { input: { videoId, source: corrected } },
  );
  return data.updateVideoSource;
}

async function playbackOf(
  id: string,
): Promise<Record<"hlsUrl" | "dashUrl" | "posterUrl" | "storyboardUrl", string>> {
  const { data } = await system.client.ask(
    "query ($id: ID!) { video(id: $id) { playback { hlsUrl dashUrl posterUrl storyboardUrl } } }",
    { id },
  );
  return data.video.playback;
}

/** All that a viewer loads, by address. */
async function loadAll(master: string): Promise<Map<string, Buffer>> {
  const loaded = new Map<string, Buffer>();
  const load = async (url: string): Promise<void> => {
    const response = await fetch(url);
    expect([url, response.status]).toEqual([url, 200]);
    const body = Buffer.from(await response.arrayBuffer());
    loaded.set(url, body);
    if (!url.endsWith(".m3u8")) return;
    const lines = body.toString("utf8").split("\n");
    const uris = lines.filter((line) => line !== "" && !line.startsWith("#"));
    const named = lines.flatMap((line) => /URI="([^"]+)"/.exec(line)?.[1] ?? []);
    for (const uri of [...named, ...uris]) await load(new URL(uri, url).href);
  };
  await load(master);
  return loaded;
}

/** The segments of the smallest variant, with their time fields blanked. */
async function contentOf(master: string): Promise<string[]> {
  const loaded = await loadAll(master);
  const text = loaded.get(master)?.toString("utf8") ?? "";
  const smallest = text.split("\n").find((line) => line.endsWith("index.m3u8")) ?? "";
  const playlist = new URL(smallest, master).href;
  const uris = (loaded.get(playlist)?.toString("utf8") ?? "")
    .split("\n")
    .filter((line) => line.endsWith(".m4s"));
  return uris.map((uri) => hashOf(withoutTimes(loaded.get(new URL(uri, playlist).href) ?? Buffer.of())));
}

const hashOf = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

const editionOf = (videoId: string, number: number) =>
  system.db.edition.findUniqueOrThrow({ where: { videoId_number: { videoId, number } } });

const becomes = (videoId: string, number: number, status: string) =>
  eventually(
    async () => (await editionOf(videoId, number)).status === status,
    `edition ${number} is ${status}`,
    patience,
  );

test("a corrected quiz switches in one step under its viewers, and no failure reaches them", async () => {
  const worker = await system.startWorker();
  const input = { title: "Planets", source: source(...texts) };
  const { data } = await system.client.ask(documents.createVideo, { input });
  const { id } = data.createVideo;
  const videoId = keyOf("Video", id) ?? "";
  expect((await system.client.watch(id)).at(-1)).toMatchObject({ status: "READY", error: null });
  const { hlsUrl, dashUrl, posterUrl, storyboardUrl } = await playbackOf(id);
  const old = await loadAll(hlsUrl);
  const before = await contentOf(hlsUrl);

  expect(
    await update(id, source(one, "Which planet has a great red spot, and many moons?", three)),
  ).toMatchObject({
    ...{ __typename: "Video", status: "READY", edition: 1 },
    editions: {
      totalCount: 2,
      nodes: [
        { number: 2, status: "RENDERING", job: { kind: "EDITION" } },
        { number: 1, status: "PUBLISHED" },
      ],
    },
  });
  const isOver = new AbortController();
  const watching = system.client
    .watch(id, ({ edition }: Watched) => edition === 2, null, WATCH)
    .finally(() => isOver.abort()) as Promise<Watched[]>;
  while (!isOver.signal.aborted) {
    for (const [url, bytes] of old) {
      const response = await fetch(url);
      const body = Buffer.from(await response.arrayBuffer());
      expect([url, response.status]).toEqual([url, 200]);
      if (url !== hlsUrl) expect(body.equals(bytes), url).toBe(true);
    }
    await delay(1_000);
  }
  const seen = await watching;
  expect([...new Set(seen.map(({ status, progress }) => `${status} ${progress}`))]).toEqual(["READY 1"]);
  const shares = seen.map(({ editions }) => editions.nodes[0]?.progress ?? 0);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  expect(shares.at(-1)).toBe(1);

  const after = await loadAll(hlsUrl);
  const addresses = [...old.keys()].filter((url) => url !== hlsUrl);
  expect(addresses.filter((url) => after.has(url))).toEqual([]);
  const stills = [posterUrl, storyboardUrl];
  for (const url of [...addresses, ...stills]) expect([url, (await fetch(url)).status]).toEqual([url, 200]);
  const now = await playbackOf(id);
  expect({ ...now, posterUrl, storyboardUrl }).toEqual({ hlsUrl, dashUrl, posterUrl, storyboardUrl });
  for (const url of [now.posterUrl, now.storyboardUrl]) {
    expect([stills.includes(url), (await fetch(url)).status]).toEqual([false, 200]);
  }
  const manifest = await (await fetch(dashUrl)).text();
  const attemptsOf = (text: string) => new Set(text.match(/(?<=attempts\/)[0-9a-f-]+/g));
  expect(attemptsOf(manifest)).toEqual(attemptsOf([...after.keys()].join("\n")));
  const corrected = await contentOf(hlsUrl);
  const parts = await system.db.part.findMany({
    where: { videoId, rendition: "144p" },
    orderBy: { startMs: "asc" },
  });
  const ofChunk = parts.map(({ segments }) => (segments as object[]).length);
  expect(parts.map(({ initKey }) => initKey.includes("-copy-"))).toEqual([true, false, true]);
  const { data: drawn } = await system.client.ask(
    "query ($id: ID!) { video(id: $id) { editions(first: 5) { nodes { number changedScenes { index title } } } } }",
    { id },
  );
  expect(drawn.video.editions.nodes).toEqual([
    { number: 2, changedScenes: [{ index: 1, title: "Which planet has a great red spot, and many moons?" }] },
    { number: 1, changedScenes: null },
  ]);
  expect(corrected.slice(0, ofChunk[0])).toEqual(before.slice(0, ofChunk[0]));
  expect(corrected.slice(-(ofChunk[2] ?? 0))).toEqual(before.slice(-(ofChunk[2] ?? 0)));
  const captions = [...after]
    .filter(([url]) => url.endsWith(".vtt"))
    .map(([, bytes]) => bytes.toString("utf8"));
  expect(captions.map((vtt) => vtt.replaceAll(/\s+/g, " "))).toEqual([
    expect.stringContaining("great red spot"),
  ]);

  await scrubNow(system, videoId);
  expect(await system.db.damage.count()).toBe(0);

  const overdue = { lt: new Date() };
  const long = new Date(Date.now() - TWO_DAYS);
  await system.db.storedFolder.updateMany({ where: { retiredAt: overdue }, data: { retiredAt: long } });
  await system.db.edition.updateMany({ where: { replacedAt: overdue }, data: { replacedAt: long } });
  await eventually(
    async () => {
      const statuses = await Promise.all(
        [...addresses, ...stills].map(async (url) => (await fetch(url)).status),
      );
      return statuses.every((status) => status === 404);
    },
    "the old edition's objects are removed",
    patience,
  );
  expect([...(await loadAll(hlsUrl)).keys()]).toEqual([...after.keys()]);

  const long3 = question("Which?");
  long3.options[1] = `${"W".repeat(119)}!`;
  const { template } = source(one);
  await update(id, { template: { ...template, data: { questions: [long3] } } });
  await becomes(videoId, 3, "FAILED");
  expect(await editionOf(videoId, 3)).toMatchObject({ error: { code: "TEXT_TOO_LONG" } });
  expect([...(await loadAll(hlsUrl)).keys()]).toEqual([...after.keys()]);
  await worker[Symbol.asyncDispose]();

  // The next one takes the place of one that waits, and loses its worker.
  await update(id, source("Which planet is far?"));
  await update(id, source("Which planet is old?", "Which planet is cold?"));
  expect(await editionOf(videoId, 4)).toMatchObject({
    status: "CANCELED",
    error: { code: "EDITION_SUPERSEDED" },
  });
  {
    await using victim = startWorkerProcess(system, "victim");
    await eventually(
      async () => {
        const edition = await editionOf(videoId, 5);
        const chunks = await system.db.editionPart.count({ where: { editionId: edition.id } });
        return chunks > 0 || edition.status === "PUBLISHED";
      },
      "the victim has finished a chunk",
      patience,
    );
    await victim.kill();
  }
  await system.db.attempt.updateMany({
    where: { workerId: "victim", outcome: null },
    data: { leaseUntil: new Date(0) },
  });
  await using _next = await system.startWorker();
  await becomes(videoId, 5, "PUBLISHED");
  const { data: end } = await system.client.ask(
    "query ($id: ID!) { video(id: $id) { status edition error { code } } }",
    { id },
  );
  expect(end.video).toEqual({ status: "READY", edition: 5, error: null });
  expect([...(await loadAll(hlsUrl)).keys()].filter((url) => after.has(url))).toEqual([hlsUrl]);
}, 480_000);
