import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../../tests/kit/index.ts";
import { encodeGlobalId } from "../inputs/index.ts";
import { createRestApi, downloadKey, drawing, failed, ready } from "./testing/rest-api.ts";

const RENDERING = "/v1/video/rendering";
const code = "from manim import *\n\nclass GenScene(Scene):\n    def construct(self): pass";

const stack = new AsyncDisposableStack();
const start = async (options: Parameters<typeof createRestApi>[0] = {}) =>
  stack.use(await createRestApi(options));
let api: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  api = await start();
});
afterAll(() => stack.disposeAsync());
const errorOf = async (response: Response) => [
  response.status,
  ((await response.json()) as { error: string }).error,
];

test("clients of the interface's origin get its status, headers and lines, in their order", async () => {
  const labels = { file_name: "GenScene", user_id: "test-user", project_name: "test-project", iteration: 1 };
  const waiting = api.post(RENDERING, { code, file_class: "GenScene", aspect_ratio: "1:1", ...labels });
  const video = await api.awaited();
  expect(video).toMatchObject({ title: "GenScene", metadata: labels });
  expect(video.source?.params).toMatchObject({ scene: "GenScene", width: 1080, height: 1080 });
  const job = await api.db.job.findFirstOrThrow({ where: { videoId: video.id } });
  expect(job.profile).toMatchObject({ name: "default", download: { height: 2160 } });
  api.live.emit(ready(video));
  const plain = await waiting;
  expect([plain.status, plain.headers.get("content-type")]).toEqual([200, "application/json"]);
  const url = `http://store/${downloadKey(video)}`;
  expect(await plain.text()).toBe(`{"message":"Video generation completed","video_url":"${url}"}\n`);

  const streamed = await api.post(RENDERING, { code, stream: true });
  expect([streamed.status, streamed.headers.get("content-type")]).toEqual([207, "text/event-stream"]);
  const second = await api.awaited();
  const id = encodeGlobalId("Video", second.id);
  expect(streamed.headers.get("location")).toBe(`https://api.example/api/video-status/${id}`);
  api.live.emit(drawing(second, 0, 0));
  api.live.emit(drawing(second, 0, 0.5));
  api.live.emit(drawing({ ...second, playableAt: new Date() }, 1, 0));
  api.live.emit(ready(second));
  const lines = (await streamed.text()).split("\n");
  const ours = lines.filter((line) => line.includes("videoId") || line.includes("animationCount"));
  expect(ours.map((line) => JSON.parse(line))).toEqual([
    { animationCount: 2 },
    { videoId: id, hlsUrl: `http://store/videos/${second.id}/manifest/master.m3u8` },
  ]);
  expect(lines.filter((line) => !ours.includes(line))).toEqual([
    '{"animationIndex": 0, "percentage": 0}',
    '{"animationIndex": 0, "percentage": 50}',
    '{"animationIndex": 0, "percentage": 100}',
    '{"animationIndex": 1, "percentage": 0}',
    '{"animationIndex": 1, "percentage": 100}',
    `{ "video_url": "http://store/${downloadKey(second)}" }`,
    "",
  ]);
});

test("a script that fails is answered with 500, or with the last line of its stream", async () => {
  const plain = api.post(RENDERING, { code: "broken code" });
  api.live.emit(failed(await api.awaited(), "line 1: SyntaxError"));
  expect(await errorOf(await plain)).toEqual([500, "line 1: SyntaxError"]);
  const streamed = await api.post(RENDERING, { code, stream: true });
  api.live.emit(failed(await api.awaited(), "line 7: boom"));
  expect(await streamed.text()).toBe('{"error": "line 7: boom"}\n');
});

test("the second form answers with the file, its length and its size", async () => {
  const waiting = api.post("/render", { script: code, video_id: "lesson-4", quality: "720p", format: "mp4" });
  const video = await api.awaited();
  expect(video.source?.params).toMatchObject({ width: 1280, height: 720, frameRate: 30 });
  api.live.emit(ready(video));
  expect(await (await waiting).json()).toEqual({
    video_path: `http://store/${downloadKey(video)}`,
    duration: 2.5,
    file_size: 12_345,
    videoId: encodeGlobalId("Video", video.id),
    thumbnail_url: null,
  });
});

test("a refused request gets its status and a sentence, and creates nothing", async () => {
  const api = await start({ activeJobs: 0 });
  const refused = async (body: unknown, headers: Record<string, string> = {}, path = RENDERING) =>
    errorOf(await api.post(path, body, { headers }));
  const missing = "code: is missing. Send the text of a Manim script as a string.";
  expect(await refused({ file_class: "GenScene" })).toEqual([400, missing]);
  expect(await refused({ code, file_class: "../x" })).toEqual([
    400,
    expect.stringMatching(/^file_class: "\.\.\/x" is not the name of a Python class\./),
  ]);
  expect(await refused({ code: "#".repeat(262_145) })).toEqual([
    400,
    expect.stringMatching(/^code: takes 262145 /),
  ]);
  expect(await refused({ script: code, format: "gif" }, {}, "/render")).toEqual([
    400,
    'format: is "gif". Use one of mp4, or omit it.',
  ]);
  expect(await refused({ code, profile: "nothing" })).toEqual([
    400,
    expect.stringMatching(/^profile: there is no/),
  ]);
  expect(await refused({ code, profile: "audio" })).toEqual([
    400,
    expect.stringMatching(/^profile: "audio" has no H\.264/),
  ]);
  expect(await refused("{")).toEqual([400, expect.stringMatching(/^body: is not valid JSON/)]);
  expect(await refused({ code: "x".repeat(1_100_000) })).toEqual([413, expect.stringMatching(/bytes/)]);
  expect(await refused({ code })).toEqual([429, expect.stringMatching(/jobs/)]);
  expect(await refused({ code }, { Authorization: "Bearer unknown" })).toEqual([
    401,
    expect.stringMatching(/X-API-Key/),
  ]);
  const bearer = async (token: Promise<string>) => ({ Authorization: `Bearer ${await token}` });
  expect(await refused({ code }, await bearer(api.keyWith("READ")))).toEqual([
    403,
    expect.stringMatching(/WRITE/),
  ]);
  const only = api.keyWith("WRITE", { trustedDocumentsOnly: true });
  expect(await refused({ code }, await bearer(only))).toEqual([
    403,
    expect.stringMatching(/trustedDocumentsOnly/),
  ]);
  const asked = await api.fetch(RENDERING);
  expect([asked.status, asked.headers.get("allow")]).toEqual([405, "POST, OPTIONS"]);
  expect(await api.db.video.count()).toBe(0);
});

test("a key in X-API-Key is accepted, counts its requests, and a repeat with the same idempotencyKey gets the same video", async () => {
  const api = await start({ requestsPerSecond: 1, playbackPolicy: "SIGNED" });
  const post = (body: object) =>
    api.fetch(RENDERING, {
      method: "POST",
      headers: { "X-API-Key": api.token, "Content-Type": "application/json" },
      body: JSON.stringify({ code, idempotencyKey: "lesson", ...body }),
    });
  const both = [post({}), post({})];
  const video = await api.awaited(2);
  expect(await api.db.video.count()).toBe(1);
  api.live.emit(ready(video));
  const urls = (await Promise.all(both.map(async (one) => (await one).json()))).map(
    (body) => (body as { video_url: string }).video_url,
  );
  // The address of a SIGNED video carries its own token.
  expect(urls[0]).toMatch(new RegExp(`^http://store/~[^/]+/${downloadKey(video)}$`));
  expect(urls[1]).toBe(urls[0]);
  expect(await errorOf(await post({ seed: 1 }))).toEqual([
    409,
    expect.stringMatching(/idempotencyKey "lesson" was used/),
  ]);
  await Promise.all([post({ seed: 1 }), post({ seed: 1 })]);
  const limited = await post({});
  expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "1"]);
});

test("blank lines keep a silent answer alive, and its JSON follows them", async () => {
  const api = await start({ keepAlive: { everyMs: 5, firstMs: 5 } });
  const plain = await api.post(RENDERING, { code });
  api.live.emit(failed(await api.awaited(), "line 7: boom"));
  const text = await plain.text();
  // A status that was sent stays.
  expect([plain.status, text.startsWith("\n"), JSON.parse(text)]).toEqual([
    200,
    true,
    { error: "line 7: boom" },
  ]);

  const streamed = await api.post(RENDERING, { code, stream: true });
  const video = await api.awaited();
  const reader = streamed.body?.pipeThrough(new TextDecoderStream()).getReader();
  // No worker can draw it. What waits is said once; after that come blank lines.
  expect((await reader?.read())?.value).toMatch(/^\{"videoId": "[^"]+", "waitReason": "[^"]+"\}\n\n*$/);
  expect((await reader?.read())?.value).toMatch(/^\n+$/);
  api.live.emit(ready(video));
  let rest = "";
  for (let next = await reader?.read(); next?.value !== undefined; next = await reader?.read())
    rest += next.value;
  expect(rest.trim().split("\n").at(-1)).toBe(`{ "video_url": "http://store/${downloadKey(video)}" }`);
});

test("a request stops waiting when its key is revoked, and its video is made nevertheless", async () => {
  const api = await start({ recheckMs: 20 });
  const [plain, streamed] = [api.post(RENDERING, { code }), api.post(RENDERING, { code, stream: true })];
  await api.awaited(2);
  await api.db.apiKey.updateMany({ data: { revokedAt: new Date() } });
  // Answers about keys are cached for two seconds.
  api.passTime(2_000);
  expect(await errorOf(await plain)).toEqual([
    401,
    expect.stringMatching(/^The API key was revoked.*video-status/),
  ]);
  expect(await (await streamed).text()).toMatch(/\{"error": "The API key was revoked/);
  expect(await api.db.job.count({ where: { status: "QUEUED" } })).toBe(2);
});

test("a client that leaves cancels nothing, and a server that stops says where the video is", async () => {
  const left = new AbortController();
  await api.post(RENDERING, { code, stream: true }, { signal: left.signal });
  const { id } = await api.awaited();
  left.abort();
  await eventually(() => api.live.watching === 0, "nothing follows the video");
  expect(await api.db.job.findFirst({ where: { videoId: id } })).toMatchObject({ status: "QUEUED" });

  const plain = api.post(RENDERING, { code });
  await api.awaited();
  const streamed = await api.post(RENDERING, { code, stream: true });
  await api.awaited(2);
  await api.server[Symbol.asyncDispose]();
  expect(await errorOf(await plain)).toEqual([503, expect.stringMatching(/^The server is restarting/)]);
  expect(await streamed.text()).toMatch(/^\{"error": "The server is restarting.*api\/video-status\//);
});
