import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { TaskPart } from "@reelay/contracts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allTools, defaultProfile, makeClip, startWorker, temporaryDirectory } from "../../testing/kit.ts";
import type { RenderTask } from "../../testing/to-message.ts";
import type { FfmpegTools } from "../ffmpeg/tools.ts";
import { words } from "../ffmpeg/words.ts";

const profile = { ...defaultProfile, rungs: defaultProfile.rungs.slice(0, 1) };
const folder = await temporaryDirectory();
afterAll(() => folder[Symbol.asyncDispose]());

/** 40 s at 12 Mb/s, mostly padding, with audio that players do not support. */
let clip = { path: "", sizeBytes: 0 };
beforeAll(async () => {
  const path = await makeClip(
    join(folder.path, "long.mp4"),
    words(
      "-f lavfi -i testsrc2=s=320x180:r=25:d=40 -f lavfi -i sine=440:d=40 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 50 -b:v 12M -minrate 12M -maxrate 12M -bufsize 6M -nal-hrd cbr -c:a ac3 -movflags +faststart",
    ),
  );
  clip = { path, sizeBytes: (await stat(path)).size };
});

/** A worker with a remote store, and the average number of reads per byte in one of its tasks. */
async function start(tools: FfmpegTools, sourceCacheBytes: number) {
  const system = await startWorker({ sourceCacheBytes }, tools);
  system.store.isElsewhere = true;
  const key = "videos/long.mp4";
  await system.store.put(key, { path: clip.path });
  let before = 0;
  return {
    async read(part: TaskPart, more: Partial<RenderTask> = {}) {
      const source = { kind: "object", key } as const;
      const end = await system.end(
        await system.request(import.meta.filename, { source, profile, part, ...more }),
      );
      expect(end).toMatchObject({ type: "task.completed.v1" });
      const count = /^reelay_worker_source_read_bytes_total (\d+)/m.exec(await system.metrics.metrics())?.[1];
      const now = Number(count) / clip.sizeBytes;
      const perByte = now - before;
      before = now;
      return { perByte, ladder: end.result.variants.filter(({ status }) => status === "RENDERING") };
    },
    [Symbol.asyncDispose]: () => system[Symbol.asyncDispose](),
  };
}

const headOf: TaskPart = { kind: "HEAD", wholeUpToMs: 1_000, headMs: 2_000 };

describe.each((await allTools()).map((tools) => ({ tools, version: tools.ffmpeg.version })))(
  "ffmpeg $version",
  ({ tools }) => {
    test("a part reads its span of a long video and little around it", async () => {
      await using system = await start(tools, 0);
      // 3 and 6 MB are their share. The system's socket buffers and prefetched blocks are about 12 MB,
      // whatever the length.
      const most = 24e6 / clip.sizeBytes;
      const head = await system.read(headOf);
      expect(head.perByte).toBeLessThan(most);
      const chunk = { kind: "CHUNK", startMs: 16_000, endMs: 20_000 } as const;
      expect((await system.read(chunk, { ladder: head.ladder })).perByte).toBeLessThan(most);
    }, 120_000);

    test("a worker's tasks for one video read each byte once", async () => {
      await using system = await start(tools, 1e9);
      const head = await system.read(headOf);
      const audio = await system.read({ kind: "AUDIO", startMs: 2_000 });
      let sum = head.perByte + audio.perByte;
      for (const startMs of [2_000, 8_000, 14_000]) {
        const endMs = startMs === 14_000 ? null : startMs + 6_000;
        sum += (await system.read({ kind: "CHUNK", startMs, endMs }, { ladder: head.ladder })).perByte;
      }
      expect(sum).toBeLessThan(1.02);
    }, 120_000);
  },
);
