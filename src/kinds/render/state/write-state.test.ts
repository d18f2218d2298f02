import { variantStatuses, variantTransitions } from "@reelay/contracts";
import { expect, test } from "vitest";
import { seedRenderingVideo } from "../../../progress/testing/rendering-video.ts";
import { createProjection } from "../../../testing/projection.ts";
import { type StatePlan, type VideoRows, videoRows } from "./state-plan.ts";
import { writeState } from "./write-state.ts";

/** A plan that changes one variant. */
const planOf = (rows: VideoRows, variant: VideoRows["variants"][number]): StatePlan => ({
  ...{ video: {}, source: {}, variants: [variant], audioTracks: { written: [], removed: [] } },
  ...{ assets: [], changes: [], after: rows },
});

const broken = { code: "BROKEN", message: "It broke.", scope: "WORKER", retriable: true };

test.each(variantStatuses)(
  "a report changes a variant in the state %s only as the transitions allow",
  async (from) => {
    await using system = await createProjection();
    const { db } = system;
    const { videoId } = await seedRenderingVideo(db);
    const [first] = await db.variant.findMany({ where: { videoId } });
    if (first === undefined) throw new Error("The video has variants.");
    for (const to of variantStatuses) {
      const where = { id: first.id };
      const reasons = { skipReason: "It is larger than the source.", error: { ...broken } };
      await db.variant.update({ where, data: { status: from, playlist: {}, ...reasons } });
      const rows = await db.video.findUniqueOrThrow({ where: { id: videoId }, include: videoRows });
      const row = rows.variants.find(({ id }) => id === first.id);
      if (row === undefined) throw new Error("The variant is gone.");
      const written = db.$transaction((tx) => writeState(tx, videoId, planOf(rows, { ...row, status: to })));
      const mayBecome = from === to || variantTransitions[from].includes(to);
      expect([
        to,
        await written.then(
          () => true,
          () => false,
        ),
      ]).toEqual([to, mayBecome]);
      expect((await db.variant.findUniqueOrThrow({ where })).status).toBe(mayBecome ? to : from);
    }
  },
);

test("applying a state does not decrease progress that was persisted meanwhile", async () => {
  await using system = await createProjection();
  const { db } = system;
  const { videoId } = await seedRenderingVideo(db);
  const rows = await db.video.findUniqueOrThrow({ where: { id: videoId }, include: videoRows });
  const [read] = rows.variants;
  if (read === undefined) throw new Error("The video has variants.");
  await db.variant.update({
    where: { id: read.id },
    data: { fraction: 0.5, frames: 100, fps: 60, speed: 2, etaMs: 9 },
  });
  const write = (variant: typeof read) =>
    db.$transaction((tx) => writeState(tx, videoId, planOf(rows, variant)));
  await write({ ...read, width: 256 });
  const kept = await db.variant.findUniqueOrThrow({ where: { id: read.id } });
  expect(kept).toMatchObject({ width: 256, fraction: 0.5, frames: 100, fps: 60, speed: 2, etaMs: 9 });
  await write({ ...read, status: "READY", playlist: {}, fraction: 1, etaMs: 0, readyAt: new Date() });
  expect(await db.variant.findUniqueOrThrow({ where: { id: read.id } })).toMatchObject({
    fraction: 1,
    etaMs: 0,
  });
});
