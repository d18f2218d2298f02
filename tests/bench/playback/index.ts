/** Media requests of a PUBLIC video and of a SIGNED one, against the same handler without any check. */

import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { createLocalObjectStore } from "@reelay/object-store";
import type { PrismaClient } from "../../../prisma/generated/client.ts";
import { createMediaHandler } from "../../../src/media/index.ts";
import { createPlaybackAccess, type PlaybackAccess } from "../../../src/playback-access/index.ts";
import { createSecretBox } from "../../../src/secrets/index.ts";
import type { BenchOptions, Figures } from "../conditions.ts";
import { show, summarize } from "../statistics.ts";

const SEGMENT_BYTES = 64 * 1024;
const PUBLIC_ID = "019a0000-0000-7000-8000-000000000001";
const SIGNED_ID = "019a0000-0000-7000-8000-000000000002";
const KEY_ID = "abcdefgh2345";
const segmentOf = (id: string) => `videos/${id}/attempts/a/720p/seg_0.m4s`;

/** A database that takes two milliseconds; it is asked once in five seconds. */
const db = {
  video: {
    findUnique: async ({ where: { id } }: { where: { id: string } }) => {
      await delay(2);
      return { title: "A", workspaceId: "w", playbackPolicy: id === SIGNED_ID ? "SIGNED" : "PUBLIC" };
    },
  },
  signingKey: {
    findUnique: async () => {
      await delay(2);
      return { keyId: KEY_ID, workspaceId: "w", secret: "rpk_bench", expiresAt: null, revokedAt: null };
    },
    findMany: async () => [{ keyId: KEY_ID, secret: "rpk_bench", signsFrom: new Date(0) }],
  },
} as unknown as PrismaClient;

const unchecked: Pick<PlaybackAccess, "check" | "titleOf"> = {
  check: () => Promise.resolve({ isAllowed: true, token: null }),
  titleOf: () => Promise.resolve(null),
};

export async function run({ isShort, print }: BenchOptions): Promise<Figures> {
  await using stack = new AsyncDisposableStack();
  const directory = stack.adopt(await mkdtemp(join(tmpdir(), "reelay-bench-")), (path) =>
    rm(path, { recursive: true, force: true }),
  );
  const store = stack.use(createLocalObjectStore({ directory, publicBaseUrl: "http://localhost/media/" }));
  for (const id of [PUBLIC_ID, SIGNED_ID]) await store.put(segmentOf(id), Buffer.alloc(SEGMENT_BYTES));
  const secrets = createSecretBox([]);
  const playback = createPlaybackAccess({
    db,
    clock: () => new Date(),
    secrets,
    publicUrl: "http://localhost",
  });
  const serve = async (access: Pick<PlaybackAccess, "check" | "titleOf">) => {
    const handle = createMediaHandler({ store, access, basePath: "/media/" });
    const server = createServer((req, res) => void handle(req, res));
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    stack.defer(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/media/`;
  };
  const [plain, checked] = [await serve(unchecked), await serve(playback)];
  const token = await playback.tokenFor("w", SIGNED_ID, "PLAY");
  const sides = {
    before: plain + segmentOf(PUBLIC_ID),
    public: checked + segmentOf(PUBLIC_ID),
    signed: `${checked}~${token}/${segmentOf(SIGNED_ID)}`,
  };
  const forMs = isShort ? 300 : 700;
  const ratios: Record<"public" | "signed", number[]> = { public: [], signed: [] };
  const rates: number[] = [];
  for (const url of Object.values(sides)) await measure(url, 500);
  for (let round = 0; round < (isShort ? 5 : 35); round += 1) {
    const before = await measure(sides.before, forMs);
    rates.push(before);
    ratios.public.push((await measure(sides.public, forMs)) / before);
    ratios.signed.push((await measure(sides.signed, forMs)) / before);
  }
  const [open, signed] = [summarize(ratios.public), summarize(ratios.signed)];
  print(
    `unchecked: ${show(summarize(rates), 0, " requests per second of CPU")} of ${SEGMENT_BYTES / 1_024} KiB`,
  );
  print(`PUBLIC, policy looked up: ${show(open)} of that`);
  print(`SIGNED, token verified: ${show(signed)} of that; goal at least 0.90`);
  return { playbackPublicRatio: open.median, playbackSignedRatio: signed.median };
}

/**
 * Answers per second of the server's own time: of the CPU of its thread, so that a busy machine does not
 * count.
 */
async function measure(url: string, forMs: number): Promise<number> {
  const worker = new Worker(new URL("client.ts", import.meta.url), { workerData: { url, forMs } });
  const before = process.threadCpuUsage();
  const answers = await new Promise<number>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  const { user, system } = process.threadCpuUsage(before);
  await worker.terminate();
  return (answers * 1_000_000) / (user + system);
}
