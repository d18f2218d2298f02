import { randomBytes } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { eventually } from "../../tests/kit/index.ts";
import { createVideo } from "../videos/index.ts";
import {
  createCmsApi,
  filePart,
  formOf,
  formPath,
  formType,
  metadataPart,
  type Part,
} from "./testing/cms-api.ts";

let api: Awaited<ReturnType<typeof createCmsApi>>;
beforeAll(async () => {
  api = await createCmsApi();
});
afterEach(async () => {
  await api.db.video.deleteMany();
  await api.db.event.deleteMany();
  await api.store.deletePrefix("videos/");
});
afterAll(() => api[Symbol.asyncDispose]());

const bytes = randomBytes(300_000);
const type = { "content-type": formType };
const send = (parts: readonly Part[]) => api.send(formOf(parts), type);

async function expectNothingLeft(): Promise<void> {
  await eventually(() => api.forms.running === 0, "the form is done with");
  expect(await api.db.video.count()).toBe(0);
  expect(await api.stored()).toEqual([]);
}

test("a form creates a video with a queued job and returns its status and playback URLs", async () => {
  const form = new FormData();
  form.set(
    "metadata",
    JSON.stringify({ title: "Bunny", externalId: "cms-1", metadata: { a: 1 }, priority: "BULK" }),
  );
  form.set("file", new File([bytes], "Big Bunny.mp4", { type: "video/mp4" }));
  const { status, headers, body } = await api.send(form);
  expect(status).toBe(201);
  const video = await api.db.video.findFirstOrThrow({
    include: { source: true, jobs: { include: { tasks: true } } },
  });
  const base = `http://store/videos/${video.id}`;
  expect(body).toEqual({
    success: true,
    playbackPolicy: "PUBLIC",
    videoId: expect.any(String),
    status: "PROCESSING",
    statusUrl: `https://api.example/api/video-status/${body.videoId}`,
    statusFileUrl: `${base}/status.json`,
    estimatedTime: null,
    playbackUrl: `${base}/manifest/master.m3u8`,
  });
  expect(headers.get("location")).toBe(body.statusUrl);
  expect(video).toMatchObject({
    ...{ title: "Bunny", externalId: "cms-1", metadata: { a: 1 }, status: "PROCESSING", profile: "default" },
    source: {
      filename: "Big-Bunny.mp4",
      contentType: "video/mp4",
      sizeBytes: 300_000n,
      receivedAt: expect.any(Date),
    },
    jobs: [{ status: "QUEUED", priority: "BULK", tasks: [{ status: "QUEUED" }] }],
  });
  const { body: stored } = await api.store.read(video.source?.objectKey ?? "");
  expect((await buffer(stored)).equals(bytes)).toBe(true);
  const events = await api.db.event.findMany({ orderBy: { id: "asc" } });
  expect(events.map(({ type: happened }) => happened)).toEqual([
    "video.created",
    "video.source-received",
    "job.queued",
  ]);
});

/** Objects in objects. */
const nested = (levels: number): object => (levels === 1 ? {} : { a: nested(levels - 1) });

test.each<[string, Part[], string]>([
  ["before the file", [metadataPart({ title: "Said" }), filePart(bytes)], "Said"],
  ["after the file", [filePart(bytes), metadataPart({ title: "Said" })], "Said"],
  [
    "as a JSON file",
    [{ ...metadataPart({ title: "Said" }), filename: "blob", type: "application/json" }, filePart(bytes)],
    "Said",
  ],
  ["without a title", [metadataPart({}), filePart(bytes, "my_holiday-2026.mov")], "my holiday 2026"],
  ["not at all", [filePart(bytes, "clip.mp4")], "clip"],
  [
    "not at all, and no filename",
    [{ name: "file", type: "application/octet-stream", body: bytes }],
    "source",
  ],
])("metadata may come %s", async (_where, parts, title) => {
  const { status } = await send(parts);
  expect(status).toBe(201);
  expect(await api.db.video.findFirstOrThrow()).toMatchObject({ title });
});

const long = "x".repeat(97 * 1024);

test.each<[string, Part[], number, string, string | undefined]>([
  ["no file", [metadataPart({})], 400, "FILE_MISSING", "file"],
  ["an empty file", [filePart("")], 400, "FILE_EMPTY", "file"],
  [
    "no file chosen",
    [{ name: "file", filename: "", type: "application/octet-stream", body: "" }],
    400,
    "FILE_EMPTY",
    "file",
  ],
  ["the file as text", [{ name: "file", body: "x" }], 400, "FILE_INVALID", "file"],
  ["two files", [filePart(bytes), filePart(bytes)], 400, "FORM_FIELD_REPEATED", "file"],
  ["a file in another field", [{ ...filePart(bytes), name: "video" }], 400, "FORM_FIELD_UNKNOWN", "video"],
  [
    "an unknown field after the file",
    [filePart(bytes), { name: "title", body: "x" }],
    400,
    "FORM_FIELD_UNKNOWN",
    "title",
  ],
  [
    "metadata twice",
    [metadataPart({}), metadataPart({}), filePart(bytes)],
    400,
    "FORM_FIELD_REPEATED",
    "metadata",
  ],
  [
    "metadata that is not JSON",
    [{ name: "metadata", body: "title=x" }, filePart(bytes)],
    400,
    "FORM_METADATA_INVALID",
    "metadata",
  ],
  ["a metadata list", [filePart(bytes), metadataPart([])], 400, "FORM_METADATA_INVALID", "metadata"],
  [
    "a misspelt field",
    [metadataPart({ titel: "x" }), filePart(bytes)],
    400,
    "FORM_METADATA_INVALID",
    "metadata.titel",
  ],
  [
    "a title that is a number",
    [metadataPart({ title: 1 }), filePart(bytes)],
    400,
    "FORM_METADATA_INVALID",
    "metadata.title",
  ],
  ["an empty title", [filePart(bytes), metadataPart({ title: " " })], 400, "TITLE_INVALID", "metadata.title"],
  [
    "metadata that is not an object",
    [metadataPart({ metadata: 1 }), filePart(bytes)],
    400,
    "METADATA_INVALID",
    "metadata.metadata",
  ],
  [
    "metadata with 33 levels",
    [metadataPart({ metadata: nested(33) }), filePart(bytes)],
    400,
    "METADATA_INVALID",
    "metadata.metadata",
  ],
  [
    "metadata with 10,000 levels",
    [
      { name: "metadata", body: `{"metadata":${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}}` },
      filePart(bytes),
    ],
    400,
    "METADATA_INVALID",
    "metadata.metadata",
  ],
  [
    "an unknown profile",
    [metadataPart({ profile: "none" }), filePart(bytes)],
    400,
    "PROFILE_UNKNOWN",
    "metadata.profile",
  ],
  [
    "an unknown priority",
    [metadataPart({ priority: "now" }), filePart(bytes)],
    400,
    "FORM_METADATA_INVALID",
    "metadata.priority",
  ],
  [
    "an empty key",
    [metadataPart({ idempotencyKey: "" }), filePart(bytes)],
    400,
    "IDEMPOTENCY_KEY_INVALID",
    "metadata.idempotencyKey",
  ],
  [
    "metadata that is too large",
    [metadataPart({ title: long }), filePart(bytes)],
    413,
    "METADATA_TOO_LARGE",
    "metadata",
  ],
  ["a file over the size limit", [filePart(randomBytes(5 * 2 ** 20))], 413, "UPLOAD_TOO_LARGE", "file"],
  [
    "too many fields",
    Array.from({ length: 30 }, () => metadataPart({})),
    400,
    "FORM_FIELD_REPEATED",
    "metadata",
  ],
])("%s is refused with a full sentence and stores nothing", async (_what, parts, status, code, field) => {
  const answer = await send(parts);
  expect(answer).toMatchObject({ status, body: { success: false, error: { code, field } } });
  expect(answer.body.error.message).toMatch(/.{20,}\.$/);
  await expectNothingLeft();
});

test("a file of exactly the maximum size is accepted", async () => {
  const { status } = await send([filePart(randomBytes(4 * 2 ** 20))]);
  expect(status).toBe(201);
});

test("an endless file is refused once it exceeds the limit, even without a Content-Length", async () => {
  const endless = async function* () {
    yield formOf([filePart(bytes)], { isEnded: false });
    for (;;) yield bytes;
  };
  const answer = await api.send(endless(), type);
  expect(answer).toMatchObject({ status: 413, body: { error: { code: "UPLOAD_TOO_LARGE" } } });
  await expectNothingLeft();
});

test("a form whose Content-Length exceeds the limit is refused before it is sent", async () => {
  const socket = api.begin({ "Content-Length": 10 * 2 ** 20 });
  const [answer] = await Array.fromAsync(socket.take(1));
  socket.destroy();
  expect(String(answer)).toMatch(/^HTTP\/1.1 413 /);
  expect(String(answer)).toContain("UPLOAD_TOO_LARGE");
});

test.each([
  ["another content type", "application/json", 415, "FORM_EXPECTED"],
  ["no boundary", "multipart/form-data", 415, "FORM_EXPECTED"],
  ["a URL-encoded form", "application/x-www-form-urlencoded", 415, "FORM_EXPECTED"],
])("%s returns an error that names the expected form", async (_what, contentType, status, code) => {
  const answer = await api.send("{}", { "content-type": contentType });
  expect(answer).toMatchObject({ status, body: { success: false, error: { code } } });
});

test("a form that ends within its file is refused and stores nothing", async () => {
  const whole = formOf([metadataPart({}), filePart(bytes)]);
  const answer = await api.send(whole.subarray(0, 200_000), type);
  expect(answer).toMatchObject({ status: 400, body: { error: { code: "FORM_INVALID" } } });
  await expectNothingLeft();
});

test.each([
  ["in the middle of the file", 150_000],
  ["in its metadata, after the whole file was stored", -40],
  ["in a part's headers", 30],
])("a connection that breaks %s stores nothing", async (_where, upTo) => {
  const whole = formOf([filePart(bytes), metadataPart({ title: "late" })]);
  const socket = api.begin({ "Content-Length": whole.length });
  const sent = whole.subarray(0, upTo);
  socket.write(sent);
  await eventually(() => api.forms.running === 1, "the form is being taken");
  await eventually(() => socket.bytesWritten >= sent.length, "all of it was sent");
  socket.destroy();
  await expectNothingLeft();
});

test("an unknown or read-only caller is refused", async () => {
  const unknown = await api.send(formOf([filePart(bytes)]), { ...type, authorization: "Bearer unknown" });
  expect(unknown).toMatchObject({ status: 401, body: { error: { code: "UNAUTHENTICATED" } } });
  expect(unknown.headers.get("www-authenticate")).toBe("Bearer");
  const reader = await api.send(formOf([filePart(bytes)]), {
    ...type,
    authorization: `Bearer ${api.readerToken}`,
  });
  expect(reader).toMatchObject({ status: 403, body: { success: false, error: { code: "FORBIDDEN" } } });
  await expectNothingLeft();
});

test("a repeat with the same idempotency key returns the first video, wherever its metadata is in the form", async () => {
  const metadata = metadataPart({ title: "once", idempotencyKey: "k-1" });
  const first = await send([metadata, filePart(bytes)]);
  const before = await api.stored();
  const again = await send([metadata, filePart(bytes)]);
  const late = await send([filePart(bytes), metadata]);
  expect([first.status, again.status, late.status]).toEqual([201, 200, 200]);
  expect([again.body.videoId, late.body.videoId]).toEqual([first.body.videoId, first.body.videoId]);
  expect(await api.stored()).toEqual(before);
  const other = await send([metadata, filePart(randomBytes(20))]);
  expect(other).toMatchObject({ status: 409, body: { error: { code: "IDEMPOTENCY_KEY_REUSED" } } });
  expect(await api.db.video.count()).toBe(1);
});

test("concurrent forms with one idempotency key create one video", async () => {
  const parts = [metadataPart({ idempotencyKey: "k-2" }), filePart(bytes)];
  const answers = await Promise.all(Array.from({ length: 5 }, () => send(parts)));
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 200, 200, 201]);
  expect(new Set(answers.map(({ body }) => body.videoId)).size).toBe(1);
  expect(await api.db.video.count()).toBe(1);
  expect((await api.stored()).filter((key) => key.includes("/source/"))).toHaveLength(1);
});

test("an external id in use is refused, whether the metadata precedes or follows the file", async () => {
  const metadata = metadataPart({ externalId: "cms-9" });
  await send([metadata, filePart(bytes)]);
  const before = await api.stored();
  for (const parts of [
    [metadata, filePart(bytes)],
    [filePart(bytes), metadata],
  ]) {
    expect(await send(parts)).toMatchObject({ status: 409, body: { error: { code: "EXTERNAL_ID_TAKEN" } } });
  }
  expect(await api.stored()).toEqual(before);
});

test("a workspace at its job quota gets a retry time", async () => {
  await using full = await createCmsApi({ activeJobs: 1 });
  await createVideo(full.operations, full.viewer, {
    title: "one",
    source: { url: { url: "https://example.com/a.mp4" } },
  });
  const answer = await full.send(formOf([metadataPart({}), filePart(bytes)]), type);
  expect(answer).toMatchObject({ status: 429, body: { error: { code: "QUOTA_EXCEEDED" } } });
  expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
});

test("a failing store returns an internal error with an id that is also logged", async () => {
  await using broken = await createCmsApi({
    wrapStore: (store) => ({ ...store, put: () => Promise.reject(new Error("store is away")) }),
  });
  const answer = await broken.send(formOf([filePart(bytes)]), type);
  expect(answer).toMatchObject({ status: 500, body: { error: { code: "INTERNAL_SERVER_ERROR" } } });
  const { errorId } = answer.body.error;
  expect(broken.logged).toContainEqual(expect.objectContaining({ msg: "form.failed", errorId }));
  expect(await broken.db.video.count()).toBe(0);
});

test("a form that is still arriving at shutdown is answered with 503", async () => {
  await using stopping = await createCmsApi();
  const whole = formOf([filePart(bytes)]);
  const socket = stopping.begin({ "Content-Length": whole.length });
  socket.write(whole.subarray(0, 1_000));
  await eventually(() => stopping.forms.running === 1, "the form is being taken");
  const closed = stopping.server[Symbol.asyncDispose]();
  const [answer] = await Array.fromAsync(socket.take(1));
  socket.destroy();
  await closed;
  expect(String(answer)).toMatch(/^HTTP\/1.1 503 /);
  expect(String(answer)).toContain("SHUTTING_DOWN");
  expect(await stopping.stored()).toEqual([]);
});

test("pages of other origins may send forms and read the answer", async () => {
  const preflight = await fetch(`${api.url}${formPath}`, {
    method: "OPTIONS",
    headers: {
      origin: "https://cms.example",
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization",
    },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get("access-control-allow-headers")).toBe("authorization");
  const { headers } = await api.send(formOf([filePart(bytes)]), { ...type, origin: "https://cms.example" });
  expect(headers.get("access-control-allow-origin")).toBe("*");
  expect(headers.get("access-control-expose-headers")).toContain("Location");
});

test("other methods return 405 with the allowed methods", async () => {
  const answer = await api.get(formPath, { authorization: api.authorization });
  expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST, OPTIONS"]);
});
