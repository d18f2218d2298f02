/** Tests against the real system: connections that break and an API that restarts, both midway. */
import { openAsBlob } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type System, startSystem } from "../../../tests/kit/index.ts";
import { makeTestClip } from "../../../tests/kit/test-clip.ts";
import { createMemoryStorage } from "../../testing/memory-storage.ts";
import { createProxy, type Proxy } from "../../testing/proxy.ts";
import {
  type Client,
  createClient,
  type EventFragment,
  SourceCheckDocument,
  unwrap,
  VideoByExternalIdDocument,
  type VideoStateFragment,
} from "./index.ts";

let held: AsyncDisposableStack;
let system: System;
let proxy: Proxy;
let client: Client;
let path: string;

beforeAll(async () => {
  await using stack = new AsyncDisposableStack();
  system = stack.use(await startSystem());
  proxy = stack.use(await createProxy(system.api.url));
  client = stack.use(createClient({ url: proxy.url, apiKey: system.client.token }));
  path = await makeTestClip(join(system.directory, "clip.mp4"), {
    seconds: 5,
    size: "640x360",
    isStreamable: false,
  });
  held = stack.move();
});
afterAll(() => held?.disposeAsync());
afterEach(() => {
  proxy.release();
  proxy.retarget(system.api.url);
});

const created = async (input: object = {}) => system.client.upload(path, input);

const ranks = ["AWAITING_SOURCE", "PROCESSING", "PLAYABLE", "READY"];
/** Asserts that the status, the progress and each variant's progress never decrease. */
function expectForward(states: VideoStateFragment[]) {
  const isSorted = (values: number[]) =>
    values.every((value, index) => value >= (values[index - 1] ?? value));
  expect(isSorted(states.map(({ status }) => ranks.indexOf(status)))).toBe(true);
  expect(isSorted(states.map(({ progress }) => progress))).toBe(true);
  const ids = new Set(states.flatMap(({ variants }) => variants.map(({ id }) => id)));
  for (const id of ids) {
    const bars = states.flatMap(({ variants }) => variants.filter((variant) => variant.id === id));
    expect(isSorted(bars.map(({ fraction }) => fraction))).toBe(true);
  }
}

test("watching survives broken connections: no progress decreases, and it ends when the video settles", async () => {
  const id = await created();
  const states: VideoStateFragment[] = [];
  for await (const state of client.watch(id)) {
    states.push(state);
    if (states.length % 3 === 0 && states.length < 12) proxy.cut();
  }
  expect(states.at(-1)).toMatchObject({ status: "READY", progress: 1 });
  expectForward(states);
});

test("watching continues at another API process when the first one restarts midway", async () => {
  const other = await system.startApi();
  proxy.retarget(other.url);
  proxy.cut();
  const id = await created();
  const states: VideoStateFragment[] = [];
  for await (const state of client.watch(id)) {
    states.push(state);
    if (states.length !== 2) continue;
    await other[Symbol.asyncDispose]();
    proxy.retarget(system.api.url);
  }
  expect(states.at(-1)).toMatchObject({ status: "READY", progress: 1 });
  expectForward(states);
});

test("a list is watched over broken connections until none of its videos exists", async () => {
  const { id: waiting } = await system.client.createUpload(path);
  const ids = [await created(), waiting];
  const states: VideoStateFragment[] = [];
  for await (const state of client.watchList({ ids })) {
    states.push(state);
    if (states.length % 4 === 0 && states.length < 12) proxy.cut();
    if (state.status !== "READY") continue;
    for (const id of ids) {
      await system.client.ask("mutation($id: ID!) { deleteVideo(input: { id: $id }) { __typename } }", {
        id,
      });
    }
  }
  const statesOf = (id: string | undefined) => states.filter((state) => state.id === id);
  expect(statesOf(ids[0]).at(-1)).toMatchObject({ status: "READY", progress: 1 });
  expect(statesOf(waiting).map(({ status }) => status)).toEqual(["AWAITING_SOURCE"]);
  expectForward(statesOf(ids[0]));
});

test("resuming with a cursor yields only newer states, and none twice for a settled video", async () => {
  const id = await created();
  const states: VideoStateFragment[] = [];
  for await (const state of client.watch(id)) states.push(state);
  const [first] = states;
  const last = states.at(-1);
  const again = await Array.fromAsync(client.watch(id, { after: first?.cursor }));
  expect(again.map(({ status }) => status)).toEqual(["READY"]);
  expect(await Array.fromAsync(client.watch(id, { after: last?.cursor }))).toEqual([]);
});

test("a missing video is a typed error, and an abort ends the wait", async () => {
  const missing = Buffer.from("Video:00000000-0000-7000-8000-000000000000").toString("base64");
  await expect(client.watch(missing).next()).rejects.toMatchObject({
    name: "ReelayError",
    code: "VIDEO_NOT_FOUND",
  });
  const { id } = await system.client.createUpload(path);
  const leaving = new AbortController();
  const watching = client.watch(id, { signal: leaving.signal });
  expect((await watching.next()).value).toMatchObject({ status: "AWAITING_SOURCE" });
  const next = watching.next();
  leaving.abort(new Error("left the page"));
  await expect(next).rejects.toThrow("left the page");
});

test("a watched video that is deleted ends the loop", async () => {
  const { id } = await system.client.createUpload(path);
  const watching = client.watch(id);
  await watching.next();
  await system.client.ask("mutation($id: ID!) { deleteVideo(input: { id: $id }) { __typename } }", { id });
  let last: IteratorResult<VideoStateFragment, void>;
  do last = await watching.next();
  while (!last.done);
  expect(last.done).toBe(true);
});

test("changes yields every event once and in order, across broken connections and a restart", async () => {
  const { cursor } = (await system.client.ask(`{ changes(after: "now") { cursor } }`)).data.changes;
  const other = await system.startApi();
  proxy.retarget(other.url);
  proxy.cut();
  const ids = [await created(), await created()];
  const leaving = new AbortController();
  const seen: EventFragment[] = [];
  const ready = new Set<string>();
  for await (const event of client.changes(cursor, { pageSize: 5, signal: leaving.signal })) {
    seen.push(event);
    if (seen.length === 8) proxy.cut();
    if (seen.length === 12) {
      await other[Symbol.asyncDispose]();
      proxy.retarget(system.api.url);
    }
    if (event.type === "video.ready" && event.videoId) ready.add(event.videoId);
    if (ids.every((id) => ready.has(id))) break;
  }
  const log = await Array.fromAsync(client.changes(cursor, { live: false }));
  expect(seen.map(({ id }) => id)).toEqual(log.slice(0, seen.length).map(({ id }) => id));
  expect(seen.length).toBeGreaterThan(12);
});

test("an invalid key fails immediately in every call", async () => {
  const stranger = createClient({ url: system.api.url, apiKey: "rk_nonsense" });
  const refused = { name: "ReelayError", code: "UNAUTHENTICATED" };
  await expect(stranger.query(VideoByExternalIdDocument, { externalId: "a" })).rejects.toMatchObject(refused);
  await expect(stranger.watch("a").next()).rejects.toMatchObject(refused);
  await expect(stranger.changes("now").next()).rejects.toMatchObject(refused);
  await stranger.close();
});

test("expected failures are results, distinguished by type", async () => {
  const externalId = "cms-1";
  const source = { url: { url: "http://127.0.0.1:1/a.mp4" } };
  const first = unwrap(await client.createVideo({ title: "A", externalId, source }));
  expect(first.video).toMatchObject({ externalId, status: "PROCESSING" });
  const again = await client.createVideo({ title: "B", externalId, source });
  expect(again).toMatchObject({
    ok: false,
    error: { __typename: "ConflictError", code: "EXTERNAL_ID_TAKEN" },
  });
  const untitled = await client.createVideo({ title: "", source });
  expect(untitled).toMatchObject({ ok: false, error: { __typename: "InvalidInputError", field: "title" } });
  expect(() => unwrap(untitled)).toThrow(expect.objectContaining({ code: "TITLE_INVALID" }));
  const { videoByExternalId } = await client.query(VideoByExternalIdDocument, { externalId });
  expect(videoByExternalId?.id).toBe(first.video.id);
});

test("a script is checked without a video", async () => {
  const script = JSON.stringify([{ step: "Wait" }, { frame: [0, 0, 0], repeats: 30 }]);
  const { check } = unwrap(
    await client.checkSource({ source: { manim: { script, quality: "LOW" } }, waitMs: 30_000 }),
  );
  expect(check).toMatchObject({ status: "SUCCEEDED", animations: 1, durationMs: 2_000, issues: [] });
  const { sourceCheck } = await client.query(SourceCheckDocument, { id: check.id });
  expect(check).toEqual({ __typename: "SourceCheck", ...sourceCheck });
  const refused = await client.checkSource({ source: { url: "https://example.com/a.mp4" } });
  expect(refused).toMatchObject({ ok: false, error: { code: "SOURCE_NOT_CHECKABLE", field: "source.url" } });
});

test("an upload interrupted by a reload resumes for the same video", async () => {
  const storage = createMemoryStorage();
  const file = await openAsBlob(path, { type: "video/mp4" });
  const options = { storage, chunkBytes: 64 * 1024, retryDelaysMs: [20, 50, 100, 200] };
  const leaving = new AbortController();
  let id = "";
  // The upload URL is the API's own: route it through the proxy.
  const through = (): Client =>
    createClient({
      url: proxy.url,
      apiKey: system.client.token,
      fetch: async (...args) => {
        const response = await fetch(...args);
        const text = (await response.text()).replaceAll(
          new URL(system.api.url).host,
          new URL(proxy.url).host,
        );
        return new Response(text, {
          status: response.status,
          headers: { "content-type": "application/json" },
        });
      },
    });
  const before = through();
  const cutOff = before.uploadVideo(
    file,
    { title: "Resumed" },
    {
      ...options,
      signal: leaving.signal,
      onCreated: (video) => {
        id = video.id;
        void proxy.holdAfter(file.size / 2).then(() => leaving.abort(new Error("reload")));
      },
    },
  );
  await expect(cutOff.done).rejects.toThrow("reload");
  proxy.release();

  const after = through();
  const seen: boolean[] = [];
  const { done } = after.uploadVideo(
    file,
    { title: "Resumed" },
    {
      ...options,
      onCreated: (_, isResumed) => seen.push(isResumed),
    },
  );
  expect(unwrap(await done).video.id).toBe(id);
  expect(seen).toEqual([true]);
  const states = await Array.fromAsync(client.watch(id));
  expect(states.at(-1)?.status).toBe("READY");
  await Promise.all([before.close(), after.close()]);
});

test("a browser needs no key: it uploads with one token and watches with another", async () => {
  const { data: tokens } = await system.client.ask(
    "mutation { createUploadToken(input: {}) { ... on CreatedUploadToken { token } } }",
  );
  await using uploader = createClient({ url: system.api.url, apiKey: tokens.createUploadToken.token });
  const { done } = uploader.uploadVideo(await openAsBlob(path), { title: "Mine" }, { storage: null });
  const { id } = unwrap(await done).video;
  const { data: viewing } = await system.client.ask(
    "mutation ($id: ID!) { createViewerToken(input: { videoIds: [$id] }) { ... on CreatedViewerToken { token } } }",
    { id },
  );
  await using watcher = createClient({ url: system.api.url, apiKey: viewing.createViewerToken.token });
  for (const holder of [watcher, uploader]) {
    const states: VideoStateFragment[] = [];
    for await (const state of holder.watch(id)) states.push(state);
    expect(states.at(-1)).toMatchObject({ status: "READY", progress: 1, title: "Mine" });
    expectForward(states);
  }
  await expect(
    watcher.createVideo({ title: "x", source: { url: { url: "https://x.example" } } }),
  ).rejects.toMatchObject({ code: "FORBIDDEN" });
});
