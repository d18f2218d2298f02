import { createGcsObjectStore } from "@reelay/object-store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startFakeGcs, whyNoFakeGcs } from "../../../tests/fake-gcs/fake-gcs.ts";
import { createProxy, type Proxy } from "../../testing/proxy.ts";
import { type UploadProgress, upload } from "./index.ts";

const reason = whyNoFakeGcs === undefined ? "" : ` (skipped: ${whyNoFakeGcs})`;
const gcsTest = test.skipIf(whyNoFakeGcs !== undefined);
const MIB = 1024 * 1024;

let held: AsyncDisposableStack;
let proxy: Proxy;
let store: ReturnType<typeof createGcsObjectStore>;

beforeAll(async () => {
  if (whyNoFakeGcs !== undefined) return;
  await using stack = new AsyncDisposableStack();
  const server = await startFakeGcs("media");
  stack.defer(() => server.stop());
  proxy = stack.use(await createProxy(server.endpoint));
  store = stack.use(
    createGcsObjectStore({ bucket: "media", projectId: "test", apiEndpoint: server.endpoint }),
  );
  held = stack.move();
});
afterAll(() => held?.disposeAsync());

async function open(key: string, sizeBytes: number): Promise<string> {
  const address = await store.createResumableUpload(key, { sizeBytes, contentType: "video/mp4" });
  return proxy.through(address);
}

const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(Math.min(bytes, 65_536)));
/** Bytes that differ by position, so that a misplaced chunk is detected. */
function fileOf(bytes: number): Blob {
  const parts = Array.from({ length: Math.ceil(bytes / 65_536) }, () => random(65_536));
  return new Blob(parts).slice(0, bytes);
}

async function stored(key: string): Promise<Buffer> {
  const { body } = await store.read(key);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

gcsTest(`a file is sent to a session in chunks of n × 256 KiB and arrives complete${reason}`, async () => {
  const file = fileOf(3 * MIB + 12_345);
  const seen: UploadProgress[] = [];
  const { done } = upload(file, {
    url: await open("whole.mp4", file.size),
    protocol: "GCS_RESUMABLE",
    chunkBytes: MIB + 1,
    onProgress: (progress) => seen.push(progress),
  });
  await done;
  expect(await stored("whole.mp4")).toEqual(Buffer.from(await file.arrayBuffer()));
  expect([...new Set(seen.map(({ sentBytes }) => sentBytes))]).toEqual([0, MIB, 2 * MIB, 3 * MIB, file.size]);
  expect(seen.at(-1)).toMatchObject({ state: "DONE", fraction: 1 });
});

// The emulator ends an upload when asked for its size (fake-gcs-server 1.56.1, uploadFileContent: it mistakes
// a range without bytes for the end of a stream), so gcs-transport.test.ts covers the recovery from a broken
// connection.
gcsTest(`a missing session is distinguished from a missing network${reason}`, async () => {
  const { done } = upload(fileOf(10), {
    url: proxy.through("http://x/upload/storage/v1/b/media/o?uploadType=resumable&name=a&upload_id=none"),
    protocol: "GCS_RESUMABLE",
    retryDelaysMs: [10],
  });
  await expect(done).rejects.toMatchObject({ name: "UploadError", status: 404, isRetriable: false });
});
