import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
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

/** Runs `use` with a store whose first upload meets `trouble` on the way; resolves to how many uploads were sent. */
async function withTrouble(
  trouble: "503 before" | "answer lost",
  use: (store: ReturnType<typeof createGcsObjectStore>) => Promise<void>,
): Promise<number> {
  let uploads = 0;
  const proxy = createServer((req, res) => {
    const isFirst = req.url?.startsWith("/upload/") === true && ++uploads === 1;
    if (isFirst && trouble === "503 before") {
      req.resume();
      req.on("end", () => res.writeHead(503).end());
      return;
    }
    const forward = request(
      server.endpoint + req.url,
      { method: req.method, headers: req.headers },
      (answer) => {
        if (isFirst) {
          answer.resume();
          answer.on("end", () => res.writeHead(503).end());
          return;
        }
        res.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(res);
      },
    );
    req.pipe(forward);
  });
  await new Promise<void>((resolve) => void proxy.listen(0, "127.0.0.1", resolve));
  const apiEndpoint = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  await use(createGcsObjectStore({ bucket: "media", projectId: "test", apiEndpoint }));
  proxy.closeAllConnections();
  proxy.close();
  return uploads;
}

test.skipIf(whyNoFakeGcs !== undefined)(
  `an unconditional write survives a server's bad moment${reason}`,
  async () => {
    const uploads = await withTrouble("503 before", async (store) => {
      await store.put("moody", "written");
    });
    expect(uploads).toBe(2);
    expect(await text((await store.read("moody")).body)).toBe("written");
  },
);

test.skipIf(whyNoFakeGcs !== undefined)(
  `a creator whose answer was lost is not told that someone else was first${reason}`,
  async () => {
    const uploads = await withTrouble("answer lost", async (store) => {
      expect(await store.put("once", "mine", { ifGenerationMatch: "0" })).toMatchObject({ sizeBytes: 4 });
    });
    expect(uploads).toBe(2);
    await expect(store.put("once", "other", { ifGenerationMatch: "0" })).rejects.toMatchObject({
      code: "PRECONDITION_FAILED",
    });
  },
);
