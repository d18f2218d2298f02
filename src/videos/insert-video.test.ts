import { afterAll, beforeAll, expect, test } from "vitest";
import { createProjection } from "../testing/projection.ts";
import { createVideo } from "./create-video.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());

const source = { url: { url: "https://example.com/clip.mp4" } };

test("an external id is unique, and a duplicate creates nothing", async () => {
  const create = () =>
    createVideo(system.operations, system.viewer, { title: "clip", externalId: "cms-1", source });
  await create();
  await expect(create()).rejects.toMatchObject({ code: "EXTERNAL_ID_TAKEN" });
  expect([await system.db.video.count(), await system.db.job.count(), await system.db.event.count()]).toEqual(
    [1, 1, 2],
  );
});

test("one statement writes the video, its source, job and task, and the events in order", async () => {
  const upload = { filename: "clip.mp4", sizeBytes: 5_000_000_000, contentType: "video/mp4" };
  const { videoId } = await createVideo(system.operations, system.viewer, {
    title: "Größe 'é' \\ \" 🎬",
    metadata: { a: [1, { b: null }] },
    priority: "BULK",
    source: { upload },
  });
  const video = await system.db.video.findUniqueOrThrow({
    where: { id: videoId },
    include: { source: true, jobs: { include: { tasks: true } } },
  });
  expect(video).toMatchObject({
    title: "Größe 'é' \\ \" 🎬",
    metadata: { a: [1, { b: null }] },
    status: "AWAITING_SOURCE",
    revision: 1,
    source: { kind: "UPLOAD", sizeBytes: 5_000_000_000n, filename: "clip.mp4", uploadProtocol: "TUS" },
    jobs: [
      {
        status: "PENDING",
        priority: "BULK",
        queuedAt: null,
        tasks: [{ status: "PENDING", priority: "BULK" }],
      },
    ],
  });
  const events = await system.db.event.findMany({ where: { videoId }, orderBy: { id: "asc" } });
  expect(events.map(({ type }) => type)).toEqual(["video.created", "job.created"]);
});
