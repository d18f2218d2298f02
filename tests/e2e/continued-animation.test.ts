/** Workers that are killed while they draw. ANIMATION_KILLS: how many; by default one. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { FakeRecord } from "../../render-worker/painting/testing/fake-painter.ts";
import { encodeGlobalId, keyOf } from "../../src/inputs/global-id.ts";
import { documents, eventually, type System, startSystem } from "../kit/index.ts";
import { startWorkerProcess } from "./worker-process.ts";

const KILLS = Number(process.env["ANIMATION_KILLS"] ?? 1);
const DRAWING_MS = 2_500;
const patience = { timeoutMs: 90_000 };

let system: System;
beforeAll(async () => {
  system = await startSystem({ workers: 0 });
});
afterAll(() => system[Symbol.asyncDispose]());

/** Chunks of 4, 8 and 4 s, drawn in two and a half seconds: two, four and two animations. */
const lesson: FakeRecord[] = Array.from({ length: 8 }, (_, index): FakeRecord[] => [
  { step: `Create(Dot${index})`, frames: 30 },
  ...Array.from({ length: 30 }, (_frame, frame): FakeRecord[] => [
    { frame: [index * 30, frame * 8, 60] },
    { waitMs: 10 },
  ]).flat(),
]).flat();

/** The last animation of each chunk. */
const chunkEnds = [1, 5, 7];

/** With another seed each time, so that no chunk is copied: this painter has no random numbers. */
async function create(seed: number): Promise<string> {
  const manim = { script: JSON.stringify(lesson), quality: "LOW", seed };
  const input = { title: "Lesson", source: { manim } };
  const { data } = await system.client.ask(documents.createVideo, { input });
  return keyOf("Video", data.createVideo.id) ?? "";
}

/** The animation that was drawn last; -1: none. */
async function lastDrawn(videoId: string): Promise<number> {
  const query = "query ($id: ID!) { video(id: $id) { step { index } } }";
  const { data } = await system.client.ask(query, { id: encodeGlobalId("Video", videoId) });
  return data.video.step?.index ?? -1;
}

/** A hash of each variant's segments, with their lengths. */
async function contentOf(videoId: string): Promise<Record<string, string>> {
  const variants = await system.db.variant.findMany({ where: { videoId, status: "READY" } });
  const hashes = variants.map(async ({ name, playlist }) => {
    const path = join(system.storeDirectory, (playlist as { key: string }).key);
    const hash = createHash("sha256");
    for (const line of (await readFile(path, "utf8")).split("\n")) {
      if (line.startsWith("#EXTINF")) hash.update(line);
      if (line !== "" && !line.startsWith("#")) hash.update(await readFile(join(dirname(path), line)));
    }
    return [name, hash.digest("hex")];
  });
  return Object.fromEntries(await Promise.all(hashes));
}

const completeParts = (videoId: string) =>
  system.db.part.findMany({
    where: { videoId, isComplete: true },
    select: { rendition: true, startMs: true, initKey: true },
    orderBy: [{ startMs: "asc" }, { rendition: "asc" }],
  });

const isReady = (videoId: string) =>
  eventually(
    async () => (await system.db.video.count({ where: { id: videoId, status: "READY" } })) === 1,
    "the video is READY",
    patience,
  );

async function drawUndisturbed(): Promise<Record<string, string>> {
  const videoId = await create(0);
  await using _worker = await system.startWorker({ workerId: "undisturbed" });
  await isReady(videoId);
  return await contentOf(videoId);
}

test(
  "after a worker is killed while it draws, the next one continues, with the same bytes",
  async () => {
    const whole = await drawUndisturbed();
    expect(Object.keys(whole).toSorted()).toEqual(["144p", "240p", "360p", "480p"]);
    for (let kill = 0; kill < KILLS; kill += 1) {
      const videoId = await create(kill + 1);
      await using victim = startWorkerProcess(system, `victim-${kill}`);
      // The first kill comes after the first chunk, the others at any frame.
      await eventually(
        async () => {
          if (kill === 0) return (await completeParts(videoId)).length >= 4;
          return (await system.db.attempt.count({ where: { task: { job: { videoId } } } })) > 0;
        },
        "it draws",
        { ...patience, intervalMs: 20 },
      );
      if (kill > 0) await delay(Math.random() * DRAWING_MS);
      await victim.kill();
      const before = await completeParts(videoId);
      // At most one chunk is drawn twice. The first animation of the next one has begun, but is not drawn.
      const kept = Map.groupBy(before, ({ startMs }) => startMs);
      const chunks = kept.values().filter((parts) => parts.length === 4);
      expect(await lastDrawn(videoId)).toBeLessThanOrEqual((chunkEnds[[...chunks].length] ?? 7) + 1);
      await system.db.attempt.updateMany({
        where: { workerId: `victim-${kill}`, outcome: null },
        data: { leaseUntil: new Date(0) },
      });
      await using _next = await system.startWorker({ workerId: `next-${kill}` });
      await isReady(videoId);
      expect(await contentOf(videoId), `kill ${kill}, after ${before.length} parts`).toEqual(whole);
      const after = await completeParts(videoId);
      expect(after).toEqual(expect.arrayContaining(before));
      expect(after.length).toBe(12);
    }
  },
  120_000 + KILLS * 60_000,
);
