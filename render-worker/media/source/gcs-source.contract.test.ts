import { randomBytes } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { createGcsObjectStore, type ObjectStore } from "@reelay/object-store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startFakeGcs, whyNoFakeGcs } from "../../../tests/fake-gcs/fake-gcs.ts";
import { createNoJail } from "../../jail/no-jail.ts";
import { temporaryDirectory } from "../../testing/kit.ts";
import { startOrigin } from "../../testing/origin.ts";
import { openStored } from "./open-source.ts";
import { openUrl } from "./open-url.ts";

const { signal } = new AbortController();
const bytes = randomBytes(5 * 1024 * 1024 + 7);
const reason = whyNoFakeGcs === undefined ? "" : ` (skipped: ${whyNoFakeGcs})`;
let store: ObjectStore;
let server: Awaited<ReturnType<typeof startFakeGcs>> | undefined;

beforeAll(async () => {
  if (whyNoFakeGcs !== undefined) return;
  server = await startFakeGcs("media");
  store = createGcsObjectStore({ bucket: "media", projectId: "test", apiEndpoint: server.endpoint });
});
afterAll(() => server?.stop());

test.skipIf(whyNoFakeGcs !== undefined)(
  `a source in Cloud Storage is read in ranges, each byte once${reason}`,
  async () => {
    const object = await store.put("videos/v/source/a.bin", bytes);
    let read = 0;
    await using source = await openStored(object, {
      store,
      jail: createNoJail(),
      signal,
      onRead: (sizeBytes) => {
        read += sizeBytes;
      },
    });
    const whole = await fetch(source.input).then((answer) => answer.bytes());
    expect(bytes.equals(whole)).toBe(true);
    const headers = { range: "bytes=3000000-3000009" };
    const part = await fetch(source.input, { headers }).then((answer) => answer.bytes());
    expect(bytes.subarray(3_000_000, 3_000_010).equals(part)).toBe(true);
    expect(read).toBe(bytes.length);
    expect(await source.hash()).toMatch(/^md5:|^crc32c:/);
  },
);

test.skipIf(whyNoFakeGcs !== undefined)(
  `a source from a URL is stored in Cloud Storage while it downloads, and is never overwritten${reason}`,
  async () => {
    await using origin = await startOrigin(bytes);
    await using directory = await temporaryDirectory();
    const key = "videos/v/source/b.bin";
    const options = {
      ...{ store, jail: createNoJail(), directory: directory.path, limits: { sourceBytes: 1e9 }, signal },
      fetch: { timeoutMs: 100_000, allowPrivate: ["127.0.0.1"] },
    };
    {
      await using source = await openUrl({ url: origin.url, key }, options);
      await source?.stored();
      expect((await buffer((await store.read(key)).body)).equals(bytes)).toBe(true);
    }
    origin.bytes = randomBytes(bytes.length);
    await using late = await openUrl({ url: origin.url, key }, options);
    await expect(late?.stored()).rejects.toMatchObject({ reported: { code: "SOURCE_URL_CHANGED" } });
    expect((await buffer((await store.read(key)).body)).equals(bytes)).toBe(true);
  },
);
