import { pino } from "pino";
import { expect, test } from "vitest";
import { eventually } from "../../tests/kit/index.ts";
import { createChangeLoader } from "./change-loader.ts";
import { seedRenderingVideo } from "./testing/rendering-video.ts";
import { splitJob } from "./testing/split-video.ts";
import { createTestDatabase } from "./testing/test-database.ts";

test("a video with many changes is reloaded at most once per interval, and delays no other video", async () => {
  await using database = await createTestDatabase();
  const wide = await seedRenderingVideo(database.db);
  await splitJob(database.db, wide);
  const other = await seedRenderingVideo(database.db);
  const delivered: string[] = [];
  let nowMs = 0;
  await using loader = createChangeLoader({
    db: database.db,
    log: pino({ level: "silent" }),
    now: () => nowMs,
    isWanted: () => true,
    deliver: (videoId) => delivered.push(videoId),
    failed: (_videoId, error) => {
      throw error;
    },
  });
  const until = (count: number) => eventually(() => expect(delivered).toHaveLength(count), "they were read");
  loader.request(wide.videoId);
  await until(1);
  loader.request(wide.videoId);
  loader.request(other.videoId);
  await until(2);
  loader.request(other.videoId);
  await until(3);
  expect(delivered).toEqual([wide.videoId, other.videoId, other.videoId]);
  nowMs = 1_000;
  await until(4);
  expect(delivered[3]).toBe(wide.videoId);
});
