/**
 * Tasks for the parts of a long video, done on many workers, whose reports arrive in any order, again, late
 * or never.
 */
import { objectKeys } from "@reelay/contracts";
import { array, assert, asyncProperty, boolean, nat, noBias, record } from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TaskRef } from "../../../testing/projection.ts";
import { createProjection } from "../../../testing/projection.ts";
import { splitAttemptOf, withParams } from "../../../testing/split-attempt.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());

type Report = Parameters<typeof system.apply>[0];
const renditions = ["144p", "360p", "audio"];
/** Of the source, seconds: a head of 8, then as the planner cuts it. */
const wholeMs = 72_000;

/** Where each segment of a rendition was put, and whether that is all of it. */
async function readPlaylists({ videoId }: TaskRef): Promise<Map<string, string[]>> {
  const texts = await Promise.all(
    renditions.map((name) => system.stored(objectKeys.joinedPlaylist(videoId, name))),
  );
  return new Map(renditions.map((name, index) => [name, (texts[index] ?? "").trim().split("\n")]));
}

/** The reports of one attempt at a task for the rest, from the first to the last. */
function reportsOf(
  ref: TaskRef,
  task: { kind: string; startMs: number; endMs: number | null; renditions: string[] },
) {
  const attempt = splitAttemptOf(ref, `w${task.startMs}`);
  const count = ((task.endMs ?? wholeMs) - task.startMs) / 4_000;
  const names = task.kind === "AUDIO" ? ["audio"] : task.renditions;
  const upTo = (segments: number) =>
    attempt.rest(
      ...names.map((name) =>
        attempt.part(
          name,
          task.startMs,
          task.endMs,
          Array.from({ length: segments }, () => 4_000),
          segments === count,
        ),
      ),
    );
  return {
    last: attempt.completed(count + 1, upTo(count)),
    all: [
      attempt.started,
      ...Array.from({ length: count }, (_, index) => attempt.advanced(index + 1, upTo(index + 1))),
      attempt.completed(count + 1, upTo(count)),
    ],
  };
}

async function progressOf({ videoId }: TaskRef): Promise<Map<string, number>> {
  const rows = await system.db.variant.findMany({ where: { videoId } });
  return new Map(rows.map(({ name, fraction }) => [name, fraction]));
}

/** Players that have read one playlist can continue with the other. */
function expectGrown(before: Map<string, string[]>, after: Map<string, string[]>): void {
  for (const [name, lines] of before) {
    if (lines.length <= 1) continue;
    expect(after.get(name)?.slice(0, lines.length), name).toEqual(lines);
  }
}

const delivery = record({ which: noBias(nat(10_000)), isLost: boolean(), again: boolean() });

test("playlists and progress only grow, whatever happens to messages, and end as after in-order delivery", async () => {
  await assert(
    asyncProperty(array(delivery, { minLength: 10, maxLength: 60 }), async (deliveries) => {
      await system.clear();
      const ref = await system.createQueuedVideo();
      for (const name of ["w0", "w1"]) await system.apply(splitAttemptOf(ref, name).seen);
      const head = splitAttemptOf(ref, "w0");
      const headReports = [head.advanced(2, head.wholeHead()), head.completed(3, head.wholeHead())];
      await system.apply(head.started);
      await system.apply(head.advanced(1, head.head([])));
      const tasks = await system.db.task.findMany({ where: { jobId: ref.jobId, isRest: true } });
      expect(tasks.length).toBeGreaterThan(4);
      const attempts = tasks.map((task) => reportsOf({ ...ref, taskId: task.id }, withParams(task)));
      const mail: Report[] = [...headReports, ...attempts.flatMap(({ all }) => all)];

      let before = await readPlaylists(ref);
      let progress = await progressOf(ref);
      const step = async (report: Report) => {
        await system.apply(report);
        const after = await readPlaylists(ref);
        expectGrown(before, after);
        before = after;
        const now = await progressOf(ref);
        for (const [name, fraction] of progress) expect(now.get(name), name).toBeGreaterThanOrEqual(fraction);
        progress = now;
      };
      for (const { which, isLost, again } of deliveries) {
        const index = which % mail.length;
        const report = mail[index];
        if (report === undefined) break;
        if (!again) mail.splice(index, 1);
        if (!isLost) await step(report);
      }
      // Workers repeat their last report until it is accepted.
      for (const report of [...headReports.slice(1), ...attempts.map(({ last }) => last)]) await step(report);

      const keyOf = (lines: string[] | undefined) => lines?.filter((line) => line.endsWith(".m4s"));
      for (const name of renditions) {
        const expected = [head.completed(3, head.wholeHead()), ...attempts.map(({ last }) => last)]
          .flatMap(({ result }) => result.parts ?? [])
          .filter(({ rendition }) => rendition === name)
          .toSorted((a, b) => a.startMs - b.startMs)
          .flatMap(({ segments }) => segments.map(({ key }) => `../../${key.split("/").slice(2).join("/")}`));
        expect(keyOf(before.get(name)), name).toEqual(expected);
        expect(before.get(name)?.at(-1)).toBe("#EXT-X-ENDLIST");
      }
      const video = await system.db.video.findUniqueOrThrow({ where: { id: ref.videoId } });
      expect(video.status).toBe("READY");
    }),
    { numRuns: 6 },
  );
});
