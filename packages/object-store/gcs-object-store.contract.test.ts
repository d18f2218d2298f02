import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startFakeGcs, whyNoFakeGcs } from "../../tests/fake-gcs/fake-gcs.ts";
import { createGcsObjectStore } from "./gcs-object-store.ts";

const reason = whyNoFakeGcs === undefined ? "" : ` (skipped: ${whyNoFakeGcs})`;
let store: ReturnType<typeof createGcsObjectStore>;
let server: Awaited<ReturnType<typeof startFakeGcs>>;

beforeAll(async () => {
  if (whyNoFakeGcs !== undefined) return;
  server = await startFakeGcs("media");
  store = createGcsObjectStore({ bucket: "media", projectId: "test", apiEndpoint: server.endpoint });
});
afterAll(async () => {
  await store?.[Symbol.asyncDispose]();
  await server?.stop();
});

test.skipIf(whyNoFakeGcs !== undefined)(
  `a browser uploads to the session's address without our credentials${reason}`,
  async () => {
    const key = "videos/v1/source/film.mp4";
    const uri = await store.createResumableUpload(key, {
      sizeBytes: 9,
      contentType: "video/mp4",
      origin: "https://cms.example",
    });
    expect(await store.head(key), "nothing before the last byte").toBeNull();
    const sent = await fetch(uri, {
      method: "PUT",
      body: "the film.",
      headers: { "content-range": "bytes 0-8/9" },
    });
    expect(sent.status).toBe(200);
    expect(await store.head(key)).toMatchObject({ sizeBytes: 9 });
  },
);

test.skipIf(whyNoFakeGcs !== undefined)(
  `objects have an address on the service, or on the configured CDN${reason}`,
  () => {
    expect(store.publicUrl("a b")).toBe(`${server.endpoint}/media/a%20b`);
    const cdn = createGcsObjectStore({
      bucket: "media",
      projectId: "test",
      publicBaseUrl: "https://cdn.example/",
    });
    expect(cdn.publicUrl("a b")).toBe("https://cdn.example/a%20b");
  },
);

test.skipIf(whyNoFakeGcs !== undefined)(
  `an object is stored with the Cache-Control that /media sends: shared caches revalidate after ten minutes${reason}`,
  async () => {
    const keys = [
      "videos/v1/attempts/a1/360p/00000.m4s",
      "videos/v1/attempts/a1/360p/index.m3u8",
      "videos/v1/captions/c1/captions.vtt",
      "videos/v1/manifest/master.m3u8",
      "videos/v1/status.json",
      "videos/v1/attempts/a1/manifest.json",
    ];
    for (const key of keys) await store.put(key, "bytes");
    const streamed = "videos/v1/attempts/a1/360p/00001.m4s";
    await store.put(streamed, Readable.from([Buffer.alloc(9)]));
    const session = await store.createResumableUpload("videos/v1/source/film.mkv", {
      sizeBytes: 5,
      contentType: "video/x-matroska",
    });
    await fetch(session, { method: "PUT", body: "bytes", headers: { "content-range": "bytes 0-4/5" } });
    const stored = [...keys, streamed, "videos/v1/source/film.mkv"].map(
      async (key) => [key.slice("videos/v1/".length), await storedCacheControl(key)] as const,
    );
    const forever = "public, max-age=31536000, s-maxage=600, immutable";
    expect(Object.fromEntries(await Promise.all(stored))).toEqual({
      "attempts/a1/360p/00000.m4s": forever,
      "attempts/a1/360p/00001.m4s": forever,
      "attempts/a1/360p/index.m3u8": "public, max-age=1",
      "captions/c1/captions.vtt": forever,
      "manifest/master.m3u8": "public, max-age=1",
      "status.json": "public, max-age=1",
      "attempts/a1/manifest.json": "no-store",
      "source/film.mkv": "no-store",
    });
  },
);

async function storedCacheControl(key: string): Promise<unknown> {
  const answer = await fetch(`${server.endpoint}/storage/v1/b/media/o/${encodeURIComponent(key)}`);
  return ((await answer.json()) as { cacheControl?: unknown }).cacheControl;
}
