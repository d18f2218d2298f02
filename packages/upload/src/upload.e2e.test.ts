/** Tests against the real API, over a connection that breaks where the test wants it. */
import { openAsBlob } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type System, startSystem } from "../../../tests/kit/index.ts";
import { makeTestClip } from "../../../tests/kit/test-clip.ts";
import { createMemoryStorage } from "../../testing/memory-storage.ts";
import { createProxy, type Proxy } from "../../testing/proxy.ts";
import { findUpload, type UploadFile, type UploadProgress, upload } from "./index.ts";

const retryDelaysMs = [20, 50, 100, 200];
let held: AsyncDisposableStack;
let system: System;
let proxy: Proxy;
let path: string;
let file: UploadFile;

beforeAll(async () => {
  await using stack = new AsyncDisposableStack();
  system = stack.use(await startSystem());
  proxy = stack.use(await createProxy(system.api.url));
  path = await makeTestClip(join(system.directory, "clip.mp4"), { seconds: 4 });
  file = await openAsBlob(path, { type: "video/mp4" });
  held = stack.move();
});
afterAll(() => held?.disposeAsync());
afterEach(() => proxy.release());

async function create() {
  const { id, uploadUrl } = await system.client.createUpload(path);
  return { id, url: proxy.through(uploadUrl) };
}

test("an uploaded file becomes a video", async () => {
  const { id, url } = await create();
  const seen: UploadProgress[] = [];
  await upload(file, { url, protocol: "TUS", onProgress: (progress) => seen.push(progress) }).done;
  expect(seen.at(-1)).toMatchObject({ state: "DONE", sentBytes: file.size, fraction: 1, etaMs: 0 });
  expect((await system.client.watch(id)).at(-1)).toMatchObject({ status: "READY" });
});

test("a connection that breaks twice costs only the bytes in transit, and no progress decreases", async () => {
  const { id, url } = await create();
  const seen: UploadProgress[] = [];
  const first = proxy.cutAfter(file.size / 3);
  const { done } = upload(file, {
    url,
    protocol: "TUS",
    chunkBytes: 64 * 1024,
    retryDelaysMs,
    onProgress: (progress) => seen.push(progress),
  });
  await first;
  await proxy.cutAfter(file.size / 3);
  await done;
  const bytes = seen.map(({ sentBytes }) => sentBytes);
  expect(bytes).toEqual([...bytes].sort((a, b) => a - b));
  expect(
    seen.filter(({ state, error }) => state === "WAITING" && error?.code === "NETWORK_ERROR").length,
  ).toBeGreaterThanOrEqual(2);
  expect((await system.client.video(id)).status).not.toBe("AWAITING_SOURCE");
});

test("a paused upload sends nothing until it is resumed, and continues where it stopped", async () => {
  const { id, url } = await create();
  const held = proxy.holdAfter(file.size / 2);
  const handle = upload(file, { url, protocol: "TUS", chunkBytes: 64 * 1024, retryDelaysMs });
  await held;
  handle.pause();
  proxy.release();
  expect(handle.progress.state).toBe("PAUSED");
  await expect.poll(() => proxy.open()).toBe(0);
  expect((await system.client.video(id)).status).toBe("AWAITING_SOURCE");
  handle.resume();
  await handle.done;
  expect(handle.progress).toMatchObject({ state: "DONE", sentBytes: file.size });
});

test("after a reload the same file finds its upload, and only the rest is sent", async () => {
  const { id, url } = await create();
  const storage = createMemoryStorage();
  const leaving = new AbortController();
  const options = { protocol: "TUS", chunkBytes: 64 * 1024, storage, retryDelaysMs } as const;
  const held = proxy.holdAfter(file.size / 2);
  const before = upload(file, { ...options, url, data: { id }, signal: leaving.signal });
  await held;
  leaving.abort(new Error("reload"));
  await expect(before.done).rejects.toThrow("reload");
  proxy.release();

  const kept = findUpload(file, storage);
  expect(kept).toEqual({ url, protocol: "TUS", data: { id } });
  const seen: number[] = [];
  await upload(file, {
    ...options,
    url: kept?.url ?? "",
    onProgress: ({ sentBytes }) => seen.push(sentBytes),
  }).done;
  // The first offset other than 0 is what the server had.
  expect(seen.find((bytes) => bytes > 0)).toBeGreaterThan(file.size / 4);
  expect(findUpload(file, storage)).toBeUndefined();
  expect((await system.client.video(id)).status).not.toBe("AWAITING_SOURCE");
});

test("a file of another size is refused before a byte is sent", async () => {
  const { url } = await create();
  const { done } = upload(new Blob(["short"]), { url, protocol: "TUS", retryDelaysMs });
  await expect(done).rejects.toMatchObject({
    name: "UploadError",
    code: "SIZE_MISMATCH",
    isRetriable: false,
  });
});

test("a missing upload is final; a missing server is retried until the tries run out", async () => {
  const missing = `${proxy.url}/uploads/00000000-0000-7000-8000-000000000000.${"a".repeat(43)}`;
  await expect(upload(file, { url: missing, protocol: "TUS", retryDelaysMs }).done).rejects.toMatchObject({
    status: 404,
    isRetriable: false,
  });
  proxy.refuse(true);
  await expect(
    upload(file, { url: missing, protocol: "TUS", retryDelaysMs: [5, 5] }).done,
  ).rejects.toMatchObject({
    code: "NETWORK_ERROR",
    isRetriable: true,
  });
  proxy.refuse(false);
});
