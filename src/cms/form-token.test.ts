/** Forms from browsers, which hold an upload token and no key. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Viewer } from "../auth/viewer.ts";
import { createUploadToken, createViewerToken, type UploadTokenInput } from "../tokens/index.ts";
import { createCmsApi, filePart, formOf, formType, metadataPart, type Part } from "./testing/cms-api.ts";

let api: Awaited<ReturnType<typeof createCmsApi>>;
let viewer: Viewer;
beforeAll(async () => {
  api = await createCmsApi();
  const key = await api.db.apiKey.findFirstOrThrow({ where: { scopes: { has: "WRITE" } } });
  viewer = { ...api.viewer, apiKeyId: key.id };
});
afterEach(async () => {
  await api.db.video.deleteMany();
  await api.store.deletePrefix("videos/");
});
afterAll(() => api[Symbol.asyncDispose]());

const tokenFor = async (input: Partial<UploadTokenInput> = {}) =>
  (await createUploadToken(api.operations, viewer, { maxVideos: 1, expiresInSeconds: 60, ...input })).token;
const send = (token: string, parts: readonly Part[]) =>
  api.send(formOf(parts), { "content-type": formType, authorization: `Bearer ${token}` });
const file = filePart(Buffer.alloc(1_000));

test("a form counts as one use of the token and gets the token's fixed values", async () => {
  const token = await tokenFor({ title: "Fixed", metadata: { user: 7 } });
  const first = await send(token, [metadataPart({ title: "Mine", metadata: { user: 8 } }), file]);
  expect(first.status).toBe(201);
  const second = await send(token, [metadataPart({ title: "Mine" }), file]);
  expect([second.status, second.body.error.code]).toEqual([403, "UPLOAD_TOKEN_USED_UP"]);
  expect(await api.db.video.findMany()).toMatchObject([{ title: "Fixed", metadata: { user: 7 } }]);
  expect((await api.stored()).filter((key) => key.includes("/source/"))).toHaveLength(1);
});

test("without metadata, too, a used-up token stores nothing", async () => {
  const token = await tokenFor();
  expect((await send(token, [file])).status).toBe(201);
  expect((await send(token, [file])).body.error.code).toBe("UPLOAD_TOKEN_USED_UP");
  expect((await api.stored()).filter((key) => key.includes("/source/"))).toHaveLength(1);
});

test("a repeat of the last form returns its video, wherever the metadata is in the form", async () => {
  const token = await tokenFor();
  const metadata = metadataPart({ title: "Mine", idempotencyKey: "once" });
  const { body } = await send(token, [metadata, file]);
  for (const parts of [
    [metadata, file],
    [file, metadata],
  ]) {
    expect(await send(token, parts)).toMatchObject({ status: 200, body: { videoId: body.videoId } });
  }
});

test("twenty concurrent forms create as many videos as the token allows", async () => {
  const token = await tokenFor({ maxVideos: 2 });
  const answers = await Promise.all(Array.from({ length: 20 }, () => send(token, [metadataPart({}), file])));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(2);
  expect((await api.stored()).filter((key) => key.includes("/source/"))).toHaveLength(2);
});

test("files over the token's limit, settings of the form and other kinds of token are refused", async () => {
  const token = await tokenFor({ maxBytes: 999 });
  expect((await send(token, [file])).body.error.code).toBe("UPLOAD_TOO_LARGE");
  const choice = await send(token, [metadataPart({ profile: "default" }), file]);
  expect(choice.body.error).toMatchObject({ code: "NOT_WITH_UPLOAD_TOKEN", field: "metadata.profile" });
  const { videoId } = await api.createQueuedVideo();
  const viewing = await createViewerToken(api.operations, viewer, {
    videoIds: [videoId],
    expiresInSeconds: 60,
  });
  expect((await send(viewing.token, [file])).body.error.code).toBe("FORBIDDEN");
});

test("an upload token grants no playback: the answer for a SIGNED video contains no playback token", async () => {
  await api.db.workspace.update({
    where: { id: viewer.workspaceId },
    data: { playbackPolicy: "SIGNED" },
  });
  try {
    const { body } = await send(await tokenFor(), [file]);
    expect(body).toMatchObject({
      playbackPolicy: "SIGNED",
      playbackUrl: expect.stringMatching(/\/videos\//),
    });
    expect(JSON.stringify(body)).not.toContain("/~");
    const byKey = await api.send(formOf([file]), { "content-type": formType });
    expect(byKey.body.playbackUrl).toContain("/~");
  } finally {
    await api.db.workspace.update({
      where: { id: viewer.workspaceId },
      data: { playbackPolicy: "PUBLIC" },
    });
  }
});
