/**
 * A few videos, everything that may touch them, and a broker that delivers in any order, again, late or
 * never. After every step the rows are compared with those before it; whatever was done to a job, fair
 * delivery brings it to its end.
 */
import { isTerminal, objectKeys, type Report } from "@reelay/contracts";
import { array, assert, asyncProperty } from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { planMasterPlaylist } from "../streaming/master-playlist.ts";
import { findViolations, readSnapshot, type Snapshot } from "../testing/database-snapshot.ts";
import { ModelAttempt } from "../testing/model-worker.ts";
import { createProjection } from "../testing/projection.ts";
import { isReadable, type Step, step, World } from "../testing/projector-world.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());

/** Whether this report may change anything. */
function holdsOrMayTake(before: Snapshot, report: Report): boolean {
  if (!("attemptId" in report)) return true;
  const attempt = before.attempts.find(({ id }) => id === report.attemptId);
  if (attempt) return attempt.outcome === null;
  if (report.type === "task.progressed.v1") return false;
  const task = before.tasks.find(({ id }) => id === report.taskId);
  return task?.status === "QUEUED";
}

/** The master playlists in the store are those of the rows: none refers to a missing object. */
async function findWrongMasters(after: Snapshot): Promise<string[]> {
  const found: string[] = [];
  for (const { id, status, playable_at } of after.videos) {
    const variants = after.variants.filter(({ video_id }) => video_id === id);
    const audioTracks = after.audio_tracks.filter(({ video_id }) => video_id === id);
    const planned = planMasterPlaylist({
      id,
      playableAt: playable_at,
      audioTracks: audioTracks.map(toAudio),
      captionTracks: [],
      variants: variants.map(toVariant),
    });
    const stored = await system.stored(objectKeys.master(id));
    if (planned !== stored) found.push(`master is\n${stored}\nand should be\n${planned}`);
    if ((playable_at !== null) !== (planned !== null)) {
      found.push(`${status}, playable since ${playable_at}, with the master ${planned}`);
    }
  }
  return found;
}

const toAudio = ({ start_ms: startMs, ...audio }: Snapshot["audio_tracks"][number]) => ({
  ...audio,
  startMs,
});

const toVariant = ({ frame_rate, ...variant }: Snapshot["variants"][number]) => ({
  ...variant,
  frameRate: frame_rate,
});

async function checkStep(before: Snapshot, after: Snapshot, world: World, report: Report | null) {
  const violations = findViolations(before, after);
  violations.push(...(await findWrongMasters(after)));
  if (report && !holdsOrMayTake(before, report) && JSON.stringify(before) !== JSON.stringify(after)) {
    violations.push(`${report.type} of an attempt without the lease changed something`);
  }
  const risen = after.attempts.filter(({ id, outcome }) => outcome === null && world.refused.has(id));
  if (risen.length > 0) violations.push("an attempt that received LEASE_LOST holds the lease");
  expect(violations).toEqual([]);
}

/** From here on every message arrives, and one honest worker does what it is asked. */
async function deliverFairly(world: World): Promise<void> {
  for (const report of world.mail.splice(0).filter(isReadable)) await system.apply(report);
  for (let round = 0; round < 8; round += 1) {
    await world.hear();
    for (const stop of world.sent.filter((message) => message.type === "task.cancel-requested.v1")) {
      const attempt = world.attempts.find(({ attemptId }) => attemptId === stop.attemptId);
      if (!attempt || attempt.isOver) continue;
      const report = attempt.ended("CANCELED");
      // Who lied with the highest sequence has none left to say it with; the sweeper settles that.
      if (isReadable(report)) await system.apply(report);
    }
    const tasks = world.sent.filter((message) => message.type === "task.requested.v1");
    for (const task of tasks.slice(-4)) {
      const attempt = new ModelAttempt(task, "honest");
      await system.apply(attempt.started());
      await system.apply(attempt.ended("COMPLETED"));
    }
    system.passTime(86_400_000);
    await system.sweep();
    if ((await openJobs()).length === 0) return;
  }
}

const openJobs = async () => (await readSnapshot(system.db)).jobs.filter(({ status }) => !isTerminal(status));

/** A worker is already at a video, where most failures start. */
const begun: readonly Step[] = [
  { do: "create", upload: false },
  { do: "take", which: 1, worker: 0 },
  { do: "deliver", which: 0, again: false },
];

test("no order, repetition, delay or loss of messages causes an illegal transition, and every job ends", {
  timeout: 180_000,
}, async () => {
  await assert(
    asyncProperty(array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
      await system.clear();
      const world = new World(system);
      let before = await readSnapshot(system.db);
      for (const next of [...begun, ...steps]) {
        const report = await world.take(next);
        const after = await readSnapshot(system.db);
        await world.hear();
        await checkStep(before, after, world, report);
        before = await readSnapshot(system.db);
      }
      await deliverFairly(world);
      expect(await openJobs()).toEqual([]);
    }),
    { numRuns: 20 },
  );
});
