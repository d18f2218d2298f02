import { afterAll, beforeAll, expect, test } from "vitest";
import { startFakeGcs, whyNoFakeGcs } from "../tests/fake-gcs/fake-gcs.ts";
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
  `a browser uploads to the session's address with no key of ours${reason}`,
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
  `objects have an address on the service, or on the CDN that was named${reason}`,
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
