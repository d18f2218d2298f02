import { randomBytes, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createClient } from "graphql-ws";
import { expect, test } from "vitest";
import { documents, eventually, type Fleet, startFleet } from "../../kit/index.ts";

const patience = { timeoutMs: 60_000 };

/** What a client lived through. */
interface Tally {
  answered: number;
  /** Refused with 503: nothing was done, a client may send it again. */
  refused: number;
  /** No answer, or a wrong one: whether something was done cannot be known. */
  failed: string[];
}

const tally = (): Tally => ({ answered: 0, refused: 0, failed: [] });

/** Asks again and again until told to stop; nothing is ever sent twice. */
async function keepAsking(
  { url, token }: Fleet,
  counts: Tally,
  signal: AbortSignal,
  next: () => { query: string; variables: object },
) {
  while (!signal.aborted) {
    try {
      const response = await fetch(`${url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
        body: JSON.stringify(next()),
      });
      const { data, errors } = (await response.json()) as { data?: object; errors?: unknown[] };
      if (response.status === 503) counts.refused += 1;
      else if (data && !errors) counts.answered += 1;
      else counts.failed.push(`${response.status} ${JSON.stringify(errors)}`);
    } catch (error) {
      counts.failed.push(String(error instanceof Error ? (error.cause ?? error) : error));
    }
    await delay(20);
  }
}

const call = async (fleet: Fleet, query: string, variables: object) => {
  const response = await fetch(`${fleet.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${fleet.token}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data } = (await response.json()) as { data: Record<string, unknown> };
  return data;
};

/**
 * A slow tus client, a piece every 50 ms, which keeps the last one back until it `mayEnd`; comes again at the
 * stored offset whenever it is cut off. Returns the offsets at which it (re)began.
 */
async function uploadSlowly(url: string, bytes: Buffer, mayEnd: AbortSignal): Promise<number[]> {
  const begun: number[] = [];
  const tus = { "tus-resumable": "1.0.0" };
  for (;;) {
    const head = await fetch(url, { method: "HEAD", headers: tus }).catch(() => null);
    const offset = Number(head?.headers.get("upload-offset") ?? Number.NaN);
    if (head?.status !== 200 || Number.isNaN(offset)) {
      await delay(50);
      continue;
    }
    if (offset === bytes.length) return begun;
    begun.push(offset);
    const { promise: over, resolve } = Promise.withResolvers<void>();
    const patch = request(url, {
      method: "PATCH",
      agent: false,
      headers: {
        ...tus,
        "upload-offset": offset,
        "content-type": "application/offset+octet-stream",
        "content-length": bytes.length - offset,
      },
    });
    const cut = new AbortController();
    const end = () => {
      cut.abort();
      resolve();
    };
    patch.on("error", end).on("close", end);
    patch.on("response", (response) => response.resume().once("close", end));
    for (let at = offset; at < bytes.length && !cut.signal.aborted; at += 8_192) {
      const isLast = at + 8_192 >= bytes.length;
      if (isLast) while (!mayEnd.aborted && !cut.signal.aborted) await delay(50);
      patch.write(bytes.subarray(at, at + 8_192));
      await delay(50);
    }
    if (!cut.signal.aborted) patch.end();
    await over;
  }
}

/**
 * Watches a video as front ends do, coming again by the client library's own rules; resolves with the last
 * status seen.
 */
async function watchToTheEnd({ url, token }: Fleet, id: string, closes: number[]): Promise<string> {
  const client = createClient({
    url: `${url.replace("http", "ws")}/graphql`,
    connectionParams: { apiKey: token },
    retryAttempts: 20,
    retryWait: () => delay(50 + Math.random() * 100),
    on: { closed: (event) => closes.push((event as { code: number }).code) },
  });
  try {
    for await (const { data } of client.iterate({ query: documents.watch, variables: { id } })) {
      const { status } = (data as { videoProgress: { status: string } }).videoProgress;
      if (status === "READY" || status === "FAILED") return status;
    }
    return "the subscription ended";
  } finally {
    await client.dispose();
  }
}

test("replacing every API process under load fails no request, no upload and no subscription", async () => {
  await using fleet = await startFleet();
  const { balancer } = fleet;
  const start = async () => {
    const api = await fleet.startApi({ DRAIN_DELAY: "1" });
    await eventually(
      () => balancer.isReady(api.url),
      "the balancer takes a new API into its rotation",
      patience,
    );
    return api;
  };
  const old = [await start(), await start()];
  // The uploaded file is not a video, so the job ends after the upload without encoding.
  await fleet.startWorker("worker-1");

  const load = new AbortController();
  const [queries, mutations, plain] = [tally(), tally(), tally()];
  const clients = [
    ...Array.from({ length: 4 }, () =>
      keepAsking(fleet, queries, load.signal, () => ({
        query: "{ videos(first: 5) { nodes { id title status } } }",
        variables: {},
      })),
    ),
    ...Array.from({ length: 2 }, () =>
      keepAsking(fleet, mutations, load.signal, () => ({
        query: documents.createVideo,
        variables: {
          input: {
            title: "v",
            idempotencyKey: randomUUID(),
            source: { upload: { filename: "v.mp4", sizeBytes: 5 } },
          },
        },
      })),
    ),
    keepAsking(fleet, plain, load.signal, () => ({
      query: documents.createVideo,
      variables: { input: { title: "p", source: { upload: { filename: "p.mp4", sizeBytes: 5 } } } },
    })),
  ];
  const bytes = Array.from({ length: 3 }, () => randomBytes(500_000));
  const closes: number[] = [];
  const replaced = new AbortController();
  const watched = await Promise.all(
    bytes.map(async (body) => {
      const { createVideo } = await call(fleet, documents.createVideo, {
        input: { title: "u", source: { upload: { filename: "u.mp4", sizeBytes: body.length } } },
      });
      const { id, upload } = createVideo as { id: string; upload: { url: string } };
      return {
        id,
        begun: uploadSlowly(upload.url, body, replaced.signal),
        end: watchToTheEnd(fleet, id, closes),
        body,
      };
    }),
  );

  for (const api of old) {
    await start();
    api.kill("SIGTERM");
    const ended = await api.ended;
    balancer.remove(api.url);
    expect([ended, api.log.filter(({ level }) => Number(level) >= 40)]).toEqual([
      { code: 0, signal: null },
      [],
    ]);
  }
  replaced.abort();
  for (const { id, begun, end, body } of watched) {
    const offsets = await begun;
    expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
    expect(await end).toBe("FAILED");
    const videoId = Buffer.from(id, "base64url").toString().split(":")[1] ?? "";
    const { objectKey } = await fleet.db.source.findUniqueOrThrow({ where: { videoId } });
    expect((await readFile(join(fleet.storeDirectory, objectKey))).equals(body)).toBe(true);
  }
  load.abort();
  await Promise.all(clients);

  const begins = (await Promise.all(watched.map(({ begun }) => begun))).map(({ length }) => length);
  expect(Math.min(...begins)).toBeGreaterThan(1);
  expect(closes).toContain(1001);
  expect(closes.filter((code) => ![1000, 1001].includes(code))).toEqual([]);
  expect({ queries, mutations, plain }).toMatchObject({
    queries: { failed: [], refused: 0 },
    mutations: { failed: [], refused: 0 },
    plain: { failed: [], refused: 0 },
  });
  const asked = mutations.answered + plain.answered + watched.length;
  expect(await fleet.db.video.count()).toBe(asked);
});
