import { afterAll, beforeAll, expect, test } from "vitest";
import { attemptOf, createProjection } from "../../../testing/projection.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());

test("an encoder replacement is recorded as one event, regardless of repeated reports", async () => {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  await system.apply(attempt.started);
  const change = {
    from: "h264_nvenc on NVIDIA L4",
    to: "libx264",
    reason: "EncodePicture failed!: generic error (20): (no details)",
    variants: ["144p"],
    at: "2026-11-21T03:00:00.000Z",
  };
  const second = { ...change, from: "libx265", to: "libx264" };
  const told = (...encoderChanges: (typeof change)[]) => ({ ...attempt.state("RENDERING"), encoderChanges });
  await system.apply(attempt.advanced(1, told(change)));
  await system.apply(attempt.advanced(1, told(change)));
  await system.apply(attempt.advanced(2, told(change, second)));
  await system.apply(attempt.completed(3, { ...told(change, second), ...attempt.state("READY") }));
  const events = await system.db.event.findMany({
    where: { videoId: ref.videoId, type: "attempt.encoder-replaced" },
    orderBy: { id: "asc" },
  });
  const { at: _at, ...data } = change;
  expect(events).toMatchObject([
    { attemptId: attempt.attemptId, data },
    { attemptId: attempt.attemptId, data: { ...data, from: "libx265" } },
  ]);
  const row = await system.db.attempt.findUniqueOrThrow({ where: { id: attempt.attemptId } });
  expect(row.encoderChanges).toEqual([change, second]);
});
