import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { documents, type System, startSystem } from "../kit/index.ts";
import { badFiles, goodClip, oddFiles, serve } from "./bad-sources.ts";

let system: System;
let files: Awaited<ReturnType<typeof serve>>;
let good: string;
beforeAll(async () => {
  system = await startSystem({ workers: 0 });
  await system.startWorker({
    workerId: "the-worker",
    limits: { sourceBytes: 3_000_000, sourceDurationMs: 3_600_000, sourcePixels: 36_000_000 },
    fetch: { timeoutMs: 2_000, allowPrivate: ["127.0.0.1"] },
  });
  good = await goodClip(system.directory);
  files = await serve((request, response) => {
    const target = new URL(request.url ?? "/", "http://x").searchParams.get("to");
    const answers: Record<string, () => unknown> = {
      "/large": () => response.writeHead(200, { "content-length": 9e9 }).write("x"),
      "/endless": () => {
        response.writeHead(200);
        const more = () => !response.destroyed && response.write(Buffer.alloc(4_000_000), more);
        more();
      },
      "/slow": () => response.writeHead(200, { "content-type": "video/mp4" }).write("x"),
      "/silent": () => undefined,
      "/page": () => response.writeHead(200, { "content-type": "text/html" }).end("<h1>Sign in</h1>"),
      "/empty": () => response.writeHead(200).end(),
      "/forbidden": () => response.writeHead(403).end(),
      "/redirect": () => response.writeHead(302, { location: target ?? "/redirect" }).end(),
      "/good.mp4": () => createReadStream(good).pipe(response),
    };
    const answer = answers[new URL(request.url ?? "/", "http://x").pathname];
    if (answer) answer();
    else response.writeHead(404).end();
  });
});
afterAll(async () => {
  await system[Symbol.asyncDispose]();
  await files[Symbol.asyncDispose]();
});

const create = async (input: object, client = system.client) =>
  (
    await client.ask(
      `mutation ($input: CreateVideoInput!) { r: createVideo(input: $input) {
        __typename ... on Video { id status } ... on Error { code message } ... on InvalidInputError { field } } }`,
      { input: { title: "t", ...input } },
    )
  ).data.r;
const upload = (sizeBytes = 10) => ({ upload: { filename: "f.mp4", sizeBytes } });

/** Why a subscription did not begin: graphql-ws throws the errors themselves. */
const refusalOf = (watching: Promise<unknown>) =>
  watching.then(
    () => "it began",
    (error: unknown) => (error instanceof Error ? error.message : JSON.stringify(error)),
  );

/** What became of it, heard as a front end hears it. */
const endOf = async (id: string) => {
  await system.client.watch(id);
  const video = await system.client.video(id);
  return { ...video, attempts: video.jobs.edges[0].node.tasks[0].attempts };
};
const afterwardsAGoodOneIsMade = async () => {
  const video = await endOf(await system.client.upload(good));
  expect(video).toMatchObject({ status: "READY", attempts: [{ workerId: "the-worker", number: 1 }] });
};

describe("a file that is not a complete video fails with the reason, and the worker continues", () => {
  const expected: [string, string, RegExp][] = [
    ["text", "SOURCE_NOT_A_VIDEO", /video/],
    // Releases of ffmpeg differ in whether they recognize a playlist by another name.
    ["playlist", "SOURCE_NOT_A_VIDEO", /looks like a playlist|its content is something else/],
    ["zeroes", "SOURCE_NOT_A_VIDEO", /its name says MP4 or MOV, but its content is something else/],
    ["cut off before its index", "SOURCE_TRUNCATED", /Upload the whole file/],
    ["cut off after its index", "SOURCE_TRUNCATED", /Upload the whole file/],
    ["audio alone", "SOURCE_HAS_NO_VIDEO", /./],
    ["too many pixels", "SOURCE_TOO_MANY_PIXELS", /Scale it down/],
  ];
  test.for(expected)("%s: %s", async ([name, code, remedy]) => {
    const path = await badFiles[name]?.(system.directory);
    const video = await endOf(await system.client.upload(path ?? ""));
    expect(video).toMatchObject({
      status: "FAILED",
      error: { code, message: expect.stringMatching(remedy) },
      attempts: [{ outcome: "REJECTED", error: { code, scope: "INPUT", retriable: false } }],
    });
    expect(video.jobs.edges[0].node).toMatchObject({ status: "FAILED", error: { code } });
    expect(video.attempts).toHaveLength(1);
  });
  test("the same worker then renders a valid video", afterwardsAGoodOneIsMade);
});

test.for(Object.keys(oddFiles))("%s is rendered, or rejected immediately with a reason", async (name) => {
  const path = await oddFiles[name]?.(system.directory);
  const video = await endOf(await system.client.upload(path ?? ""));
  if (video.status === "READY") return;
  expect(video.error).toMatchObject({ code: expect.stringMatching(/^SOURCE_/) });
  expect(video.attempts).toMatchObject([{ outcome: "REJECTED" }]);
});

describe("a URL without a valid video fails with the reason, and the worker continues", () => {
  const expected: [string, string, number, RegExp][] = [
    ["/nothing", "SOURCE_URL_NOT_FOUND", 1, /Check the address/],
    ["/forbidden", "SOURCE_URL_HTTP_ERROR", 1, /signed URL/],
    ["/large", "SOURCE_TOO_LARGE", 1, /MAX_SOURCE_BYTES/],
    ["/endless", "SOURCE_TOO_LARGE", 1, /MAX_SOURCE_BYTES/],
    ["/slow", "SOURCE_URL_TIMEOUT", 3, /within 2 s/],
    ["/silent", "SOURCE_URL_TIMEOUT", 3, /within 2 s/],
    ["/page", "SOURCE_NOT_A_VIDEO", 1, /video/],
    ["/empty", "SOURCE_EMPTY", 1, /Upload a video file/],
    ["/redirect", "SOURCE_URL_REFUSED", 1, /redirects more than/],
    ["/redirect?to=http://127.0.0.2/", "SOURCE_URL_REFUSED", 1, /FETCH_ALLOW_PRIVATE/],
    ["/redirect?to=http://10.0.0.1/", "SOURCE_URL_REFUSED", 1, /FETCH_ALLOW_PRIVATE/],
    ["/redirect?to=http://[::1]/", "SOURCE_URL_REFUSED", 1, /FETCH_ALLOW_PRIVATE/],
    ["/redirect?to=file:///etc/passwd", "SOURCE_URL_REFUSED", 1, /only http and https/],
    ["/redirect?to=http://:80:80/", "SOURCE_URL_REFUSED", 1, /not a valid URL/],
  ];
  // Created together, so that the pauses between retries overlap.
  const ids = new Map<string, string>();
  beforeAll(async () => {
    for (const [path] of expected)
      ids.set(path, (await create({ source: { url: { url: files.url + path } } })).id);
  });
  test.for(expected)("%s: %s", async ([path, code, tries, remedy]) => {
    const video = await endOf(ids.get(path) ?? "");
    expect(video).toMatchObject({
      status: "FAILED",
      error: { code, message: expect.stringMatching(remedy) },
    });
    if (tries > 1) expect(video.attempts).toHaveLength(tries);
    // On a busy machine, an earlier attempt may have timed out.
    else expect(video.attempts.at(-1)).toMatchObject({ outcome: "REJECTED", error: { retriable: false } });
  });
  test("the same worker then renders a valid video", afterwardsAGoodOneIsMade);
});

test.for([
  ["http://127.0.0.2/a.mp4", "SOURCE_URL_REFUSED"],
  ["http://169.254.169.254/latest", "SOURCE_URL_REFUSED"],
  ["http://localhost/a.mp4", "SOURCE_URL_REFUSED"],
  ["http://2130706434/a.mp4", "SOURCE_URL_REFUSED"],
  ["http://[::ffff:10.0.0.1]/", "SOURCE_URL_REFUSED"],
  ["file:///etc/passwd", "SOURCE_URL_REFUSED"],
  ["http://user:secret@example.com/a.mp4", "SOURCE_URL_REFUSED"],
  ["not a url", "SOURCE_URL_REFUSED"],
] as const)("the URL %s is refused before a video is created", async ([url, code]) => {
  expect(await create({ source: { url: { url } } })).toMatchObject({
    __typename: "InvalidInputError",
    code,
    field: "source.url",
    message: expect.any(String),
  });
});

test.for<[string, object, string, string, RegExp]>([
  ["an empty upload", { source: upload(0) }, "UPLOAD_SIZE_INVALID", "source.upload.sizeBytes", /at least 1/],
  [
    "a negative upload",
    { source: upload(-1) },
    "UPLOAD_SIZE_INVALID",
    "source.upload.sizeBytes",
    /at least 1/,
  ],
  [
    "an upload that is too large",
    { source: upload(6e9) },
    "UPLOAD_TOO_LARGE",
    "source.upload.sizeBytes",
    /UPLOAD_MAX_BYTES/,
  ],
  ["an unknown profile", { source: upload(), profile: "nope" }, "PROFILE_UNKNOWN", "profile", /there are /],
  [
    "too much metadata",
    { source: upload(), metadata: { a: "x".repeat(70_000) } },
    "METADATA_TOO_LARGE",
    "metadata",
    /refer to it/,
  ],
  [
    "metadata that is not an object",
    { source: upload(), metadata: [1] },
    "METADATA_INVALID",
    "metadata",
    /pass a JSON object/,
  ],
  ["a blank title", { source: upload(), title: "  " }, "TITLE_INVALID", "title", /use 1 to 500/],
  [
    "a title that is too long",
    { source: upload(), title: "x".repeat(501) },
    "TITLE_INVALID",
    "title",
    /use 1 to 500/,
  ],
  [
    "an empty externalId",
    { source: upload(), externalId: "" },
    "EXTERNAL_ID_INVALID",
    "externalId",
    /1 to 255/,
  ],
  [
    "an empty key",
    { source: upload(), idempotencyKey: "" },
    "IDEMPOTENCY_KEY_INVALID",
    "idempotencyKey",
    /1 to 200/,
  ],
])("%s is refused, naming the field and the remedy", async ([, input, code, field, remedy]) => {
  const message = expect.stringMatching(remedy);
  expect(await create(input)).toEqual({ __typename: "InvalidInputError", code, field, message });
});

describe("an upload of another size than declared", () => {
  const patch = (url: string, body: Buffer) =>
    fetch(url, {
      method: "PATCH",
      headers: {
        "tus-resumable": "1.0.0",
        "upload-offset": "0",
        "content-type": "application/offset+octet-stream",
      },
      body: new Uint8Array(body),
    });

  test("larger: is refused, and the correct bytes are accepted afterwards", async () => {
    const bytes = await readFile(good);
    const { id, uploadUrl } = await system.client.createUpload(good);
    const refused = await patch(uploadUrl, Buffer.concat([bytes, Buffer.from("more")]));
    expect([refused.status, await refused.json()]).toMatchObject([
      413,
      { code: "UPLOAD_TOO_LARGE", message: expect.any(String) },
    ]);
    expect((await patch(uploadUrl, bytes)).status).toBe(204);
    expect(await endOf(id)).toMatchObject({ status: "READY" });
  });

  test("smaller: is not rendered, cannot be completed, and fails when its address expires", async () => {
    const bytes = await readFile(good);
    const source = { upload: { filename: "f.mp4", sizeBytes: bytes.length + 10 } };
    const { id, uploadUrl } = await system.client.createUpload(good, { source });
    expect((await patch(uploadUrl, bytes)).status).toBe(204);
    const completed = await system.client.ask(
      "mutation ($id: ID!) { r: completeUpload(input: { videoId: $id }) { __typename ... on Error { code message } } }",
      { id },
    );
    expect(completed.data.r).toMatchObject({ __typename: "ConflictError", code: "UPLOAD_INCOMPLETE" });
    expect(await system.client.video(id)).toMatchObject({ status: "AWAITING_SOURCE" });
    await system.db.source.updateMany({
      where: { uploadUrl },
      data: { uploadExpiresAt: new Date(Date.now() - 1) },
    });
    expect(await endOf(id)).toMatchObject({
      status: "FAILED",
      error: { code: "UPLOAD_EXPIRED", message: expect.stringMatching(/Create the video again/) },
    });
    expect((await patch(uploadUrl, bytes)).status).toBeGreaterThanOrEqual(400);
  });

  test("a made-up upload address is not found", async () => {
    const response = await patch(`${system.api.url}/uploads/${crypto.randomUUID()}.abc`, Buffer.from("x"));
    expect([response.status, await response.json()]).toMatchObject([404, { code: expect.any(String) }]);
  });
});

test("another workspace's video is not found by any query, mutation or subscription", async () => {
  const { id } = await create({ source: upload(), externalId: "secret" });
  const jobId = (await system.client.video(id)).jobs.edges[0].node.id;
  const stranger = await system.stranger();
  expect(await stranger.video(id)).toBeNull();
  for (const [mutation, argument] of [
    ["deleteVideo(input: { id: $id })", id],
    ["completeUpload(input: { videoId: $id })", id],
    ["cancelVideo(input: { id: $id })", id],
    ["retryVideo(input: { id: $id })", id],
    ["cancelJob(id: $id)", jobId],
    ["retryJob(id: $id)", jobId],
    ["cancelJob(id: $id)", id],
    ["deleteVideo(input: { id: $id })", "nonsense"],
  ] as const) {
    const { data } = await stranger.ask(
      `mutation ($id: ID!) { r: ${mutation} { __typename ... on Error { code message } } }`,
      { id: argument },
    );
    expect(data.r).toEqual({
      __typename: "NotFoundError",
      code: expect.stringMatching(/_NOT_FOUND$/),
      message: expect.any(String),
    });
  }
  expect(await refusalOf(stranger.watch(id))).toContain("VIDEO_NOT_FOUND");
  expect(await system.client.video(id)).toMatchObject({ status: "AWAITING_SOURCE" });
  // An externalId is unique only within its workspace.
  expect(await create({ source: upload(), externalId: "secret" }, stranger)).toMatchObject({
    status: "AWAITING_SOURCE",
  });
});

test("an externalId is unique", async () => {
  await create({ source: upload(), externalId: "once" });
  expect(await create({ source: upload(), externalId: "once" })).toMatchObject({
    __typename: "ConflictError",
    code: "EXTERNAL_ID_TAKEN",
    message: expect.stringContaining("videoByExternalId"),
  });
});

test("20 concurrent equal requests with one idempotency key create one video", async () => {
  const input = { title: "Twenty at once", source: upload(), idempotencyKey: "k1", externalId: "k1" };
  const uploadsBefore = await readdir(join(system.storeDirectory, ".store-uploads"));
  const answers = await Promise.all(Array.from({ length: 20 }, () => create(input)));
  expect(answers.map(({ __typename }) => __typename)).toEqual(answers.map(() => "Video"));
  expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
  const { data } = await system.client.ask(
    '{ videos(filter: { search: "Twenty at once" }) { totalCount nodes { upload { url } } } }',
  );
  expect(data.videos.totalCount).toBe(1);
  const left = await readdir(join(system.storeDirectory, ".store-uploads"));
  const [{ upload: opened }] = data.videos.nodes;
  const before = new Set(uploadsBefore);
  const added = new Set(left.filter((name) => !before.has(name)).map((name) => name.slice(0, 36)));
  expect([...added]).toEqual([opened.url.split("/").at(-1).slice(0, 36)]);
  expect(await create({ ...input, title: "Other" })).toMatchObject({
    __typename: "ConflictError",
    code: "IDEMPOTENCY_KEY_REUSED",
    message: expect.stringContaining("use a new key"),
  });
});

test("a cursor that no list returned is refused with a code", async () => {
  const { errors } = await system.client.ask('{ videos(after: "nonsense") { nodes { id } } }');
  expect(errors).toMatchObject([{ extensions: { code: "CURSOR_INVALID" }, message: expect.any(String) }]);
  const { id } = await create({ source: upload() });
  expect(await refusalOf(system.client.watch(id, undefined, "nonsense"))).toContain("CURSOR_INVALID");
});

test("a document that is too deep is refused with a code, and the API continues", async () => {
  const deep = (levels: number): string =>
    levels === 0 ? "id" : `id jobs(first: 1) { nodes { video { ${deep(levels - 1)} } } }`;
  const { errors } = await system.client.ask(`{ videos(first: 1) { nodes { ${deep(20)} } } }`);
  expect(errors[0]).toMatchObject({
    message: expect.stringMatching(/depth limit of \d+ exceeded.* Select fewer levels/),
    extensions: { code: "DOCUMENT_TOO_DEEP" },
  });
  expect((await system.client.ask(documents.video, { id: "nonsense" })).data).toEqual({ video: null });
});
