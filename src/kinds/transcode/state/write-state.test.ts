import { expect, test } from "vitest";
import { seedRenderingVideo } from "../../../progress/testing/rendering-video.ts";
import { createProjection } from "../../../testing/projection.ts";
import { videoRows } from "./state-plan.ts";
import { writeState } from "./write-state.ts";

test("a state takes back no progress that was kept while it was applied", async () => {
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
    db.$transaction((tx) =>
      writeState(tx, videoId, {
        video: {},
        source: {},
        variants: [variant],
        sounds: { written: [], removed: [] },
        changes: [],
        after: rows,
      }),
    );
  await write({ ...read, width: 256 });
  const kept = await db.variant.findUniqueOrThrow({ where: { id: read.id } });
  expect(kept).toMatchObject({ width: 256, fraction: 0.5, frames: 100, fps: 60, speed: 2, etaMs: 9 });
  await write({ ...read, status: "READY", playlist: {}, fraction: 1, etaMs: 0, readyAt: new Date() });
  expect(await db.variant.findUniqueOrThrow({ where: { id: read.id } })).toMatchObject({
    fraction: 1,
    etaMs: 0,
  });
});
