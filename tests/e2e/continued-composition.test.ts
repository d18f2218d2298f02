/** Workers that are killed while they draw and speak. COMPOSITION_KILLS: how many; by default one. */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Account } from "@reelay/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { complaints } from "../../render-worker/testing/inspect.ts";
import { keyOf } from "../../src/inputs/global-id.ts";
import { documents, eventually, type System, startSystem } from "../kit/index.ts";
import { startWorkerProcess } from "./worker-process.ts";

const KILLS = Number(process.env["COMPOSITION_KILLS"] ?? 1);
/** From the start of an attempt, roughly. */
const RENDER_MS = 8_000;
const patience = { timeoutMs: 120_000 };

let system: System;
beforeAll(async () => {
  system = await startSystem({ workers: 0 });
});
afterAll(() => system[Symbol.asyncDispose]());

/** Scenes of some ten seconds with texts of their own, so that each video speaks and draws. */
const question = (text: string) => ({
  ...{ question: text, options: ["Jupiter", "Saturn"], answerIndex: 0 },
  explanation: `It is larger than all of the other planets together, and ${text.toLowerCase()} was known long ago.`,
});

async function create(name: string): Promise<string> {
  const questions = ["first", "second", "third"].map((nth) => question(`Which is the ${nth} of ${name}?`));
  const data = { timerSeconds: 1, speakOptions: false, questions };
  const template = { template: "quiz-classic", data, height: 144, frameRate: 10 };
  const input = { title: name, source: { template } };
  const { data: created } = await system.client.ask(documents.createVideo, { input });
  return keyOf("Video", created.createVideo.id) ?? "";
}

const completeParts = (videoId: string) =>
  system.db.part.findMany({
    where: { videoId, rendition: "144p", isComplete: true },
    select: { startMs: true, initKey: true, segments: true, drawn: true },
    orderBy: { startMs: "asc" },
  });

test(
  "after a worker is killed with SIGKILL, the next one draws no finished chunk again, and speaks no stored text",
  async () => {
    for (let kill = 0; kill < KILLS; kill += 1) {
      const videoId = await create(`kill ${kill}`);
      await using victim = startWorkerProcess(system, `victim-${kill}`);
      // The first kill comes after the first chunk, the others at any time.
      await eventually(
        async () => {
          if (kill === 0) return (await completeParts(videoId)).length > 0;
          return (await system.db.attempt.count({ where: { task: { job: { videoId } } } })) > 0;
        },
        "it draws",
        { ...patience, intervalMs: 20 },
      );
      if (kill > 0) await delay(Math.random() * RENDER_MS);
      await victim.kill();
      const before = await completeParts(videoId);
      await system.db.attempt.updateMany({
        where: { workerId: `victim-${kill}`, outcome: null },
        data: { leaseUntil: new Date(0) },
      });
      await using _next = await system.startWorker({ workerId: `next-${kill}` });
      const where = { id: videoId, status: "READY" } as const;
      await eventually(async () => (await system.db.video.count({ where })) === 1, "it is READY", patience);
      const video = await system.db.video.findUniqueOrThrow({ where, include: { captionTracks: true } });
      const after = await completeParts(videoId);
      expect(after, `kill ${kill}, after ${before.length} chunks`).toEqual(expect.arrayContaining(before));
      expect(after.length).toBe(3);
      const ends = [...after.slice(1).map(({ startMs }) => startMs), video.durationMs];
      const lengths = after.map(({ segments }) =>
        (segments as { durationMs: number }[]).reduce((sum, { durationMs }) => sum + durationMs, 0),
      );
      for (const [index, { startMs }] of after.entries())
        expect(startMs + (lengths[index] ?? 0)).toBeCloseTo(ends[index] ?? 0, -1);
      expect(video.captionTracks).toHaveLength(1);
      const playlist = join(system.storeDirectory, `videos/${videoId}/variants/144p/index.m3u8`);
      expect(await complaints(playlist)).toBe("");
      const [audio] = await system.db.audioTrack.findMany({ where: { videoId } });
      expect(audio?.playlist).toMatchObject({ isComplete: true });

      const { account, workerId } = await system.db.attempt.findFirstOrThrow({
        where: { task: { job: { videoId } }, outcome: "COMPLETED" },
      });
      const { drawnMs = 0, speech } = Account.parse(account);
      // A kill may come after the end.
      const isContinued = before.length > 0 && workerId === `next-${kill}`;
      if (isContinued) expect(drawnMs).toBeLessThan(video.durationMs ?? 0);
      // The texts of a finished chunk were stored before it was drawn.
      if (kill === 0) expect(speech?.reusedCharacters).toBeGreaterThan(0);
    }
  },
  60_000 + KILLS * 60_000,
);
