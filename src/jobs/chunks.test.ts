import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { attemptOf, createProjection, type TaskRef } from "../testing/projection.ts";
import { readChunks, readReuse } from "./chunks.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());

const FRAME_RATE = 10;
const CHUNK_MS = 4_000;

/** A video whose first task has begun. */
async function begin(): Promise<TaskRef & { attemptId: string }> {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  await system.apply(attempt.started);
  const { videoId } = ref;
  await system.db.video.update({
    where: { id: videoId },
    data: { frameRate: FRAME_RATE, durationMs: 2 * CHUNK_MS },
  });
  return { ...ref, attemptId: attempt.attemptId };
}

/** One of two chunks, of one variant. */
function part(
  { videoId, attemptId }: { videoId: string; attemptId: string },
  { index, rendition, copiedFrom }: { index: 0 | 1; rendition: string; copiedFrom?: string },
) {
  const frames = (CHUNK_MS * FRAME_RATE) / 1000;
  const drawn = {
    ...{ painter: "template 1", startFrame: index * frames, lastAnimation: index, frames },
    ...{ sha256: String(index).repeat(64), firstFrame: "0".repeat(16), animations: ["0".repeat(16)] },
    ...(copiedFrom && { copiedFrom }),
  };
  return {
    ...{ videoId, attemptId, rendition, drawn, segments: [], isComplete: true },
    ...{ startMs: index * CHUNK_MS, endMs: index === 0 ? CHUNK_MS : null },
    ...{ initKey: `${randomUUID()}/init.mp4`, initSha256: "", codecs: "" },
  };
}

test("a copied chunk keeps its origin when one of its variants is drawn again", async () => {
  const origin = await begin();
  const copy = await begin();
  const copiedFrom = origin.videoId;
  await system.db.part.createMany({
    data: [
      part(copy, { index: 0, rendition: "1080p" }),
      part(copy, { index: 0, rendition: "144p", copiedFrom }),
      part(copy, { index: 1, rendition: "1080p" }),
      part(copy, { index: 1, rendition: "144p" }),
    ],
  });
  expect((await readChunks(system.db, [copy.videoId])).get(copy.videoId)).toMatchObject([
    { index: 0, startMs: 0, endMs: CHUNK_MS, copiedFrom },
    { index: 1, startMs: CHUNK_MS, endMs: 2 * CHUNK_MS, copiedFrom: null },
  ]);
});

test("the CPU time that copies saved includes the last chunk, which has no end of its own", async () => {
  const origin = await begin();
  await system.db.attempt.update({
    where: { id: origin.attemptId },
    data: {
      cpuSeconds: 12,
      account: {
        provenance: { ffmpegVersion: "7", device: "cpu", commands: [], encoders: {} },
        ...{ sourceHash: null, quality: {}, drawnMs: 2 * CHUNK_MS },
      },
    },
  });
  const copy = await begin();
  const copiedFrom = origin.videoId;
  await system.db.part.createMany({
    data: [
      part(copy, { index: 0, rendition: "144p", copiedFrom }),
      part(copy, { index: 1, rendition: "144p", copiedFrom }),
    ],
  });
  expect((await readReuse(system.db, [copy.jobId])).get(copy.jobId)).toMatchObject({
    ...{ chunks: 2, copied: 2, drawn: 0, savedCpuSeconds: 12 },
  });
});
