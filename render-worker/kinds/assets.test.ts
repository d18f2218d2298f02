import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createNoJail } from "../jail/no-jail.ts";
import { words } from "../media/ffmpeg/words.ts";
import { inspect } from "../testing/inspect.ts";
import { makeClip, startWorker, temporaryDirectory, testTools } from "../testing/kit.ts";
import { runTool } from "../testing/run-tool.ts";
import type { RenderTask } from "../testing/to-message.ts";

let clips: Awaited<ReturnType<typeof temporaryDirectory>>;
let worker: Awaited<ReturnType<typeof startWorker>>;
let clip: string;
beforeAll(async () => {
  clips = await temporaryDirectory();
  worker = await startWorker();
  // Another colour every second: a poster's colour shows its time.
  const colours = ["red", "lime", "blue", "yellow", "cyan", "magenta"];
  const inputs = colours.map((colour) => `-f lavfi -i color=${colour}:s=640x360:r=25:d=1`).join(" ");
  const coding = "-c:v libx264 -preset ultrafast -g 300 -pix_fmt yuv420p";
  clip = await makeClip(
    join(clips.path, "colours.mp4"),
    words(`${inputs} -filter_complex concat=n=${colours.length}:v=1:a=0 ${coding}`),
  );
});
afterAll(async () => {
  await worker[Symbol.asyncDispose]();
  await clips[Symbol.asyncDispose]();
});

/** The mean colour of an image's middle, as red, green and blue. */
async function colourOf(path: string): Promise<number[]> {
  const { ffmpeg } = await testTools();
  const args = words("-v error -i");
  const filters = words("-frames:v 1 -vf crop=64:64,scale=1:1 -pix_fmt rgb24 -f rawvideo -");
  const options = { timeoutMs: 100_000, encoding: "latin1" } as const;
  const { stdout } = await runTool(ffmpeg.path, [...args, path, ...filters], options);
  return Array.from(Buffer.from(stdout, "latin1").subarray(0, 3), (byte) => (byte > 127 ? 1 : 0));
}
const colours: Record<number, number[]> = {
  500: [1, 0, 0],
  2_000: [0, 0, 1],
  2_999: [1, 1, 0],
  5_990: [1, 0, 1],
};

const poster = async (atMs: number, changes: Partial<RenderTask> = {}) => {
  const task = await worker.request(clip, { kind: "POSTER", atMs, ...changes });
  return await worker.end(task);
};

test.each(Object.entries(colours).map(([atMs, colour]) => [Number(atMs), colour] as const))(
  "the poster at %i ms shows the frame at that time",
  async (atMs, colour) => {
    const { type, result: state } = await poster(atMs);
    expect(type).toBe("task.completed.v1");
    expect(Object.keys(state)).toEqual(["posterKey"]);
    const path = worker.store.path(state.posterKey ?? "");
    expect(await inspect(path)).toMatchObject({ width: 640, height: 360, frames: 1 });
    expect(await colourOf(path)).toEqual(colour);
  },
);

test("a poster slightly past the end shows the last frame; one far past the end is rejected", async () => {
  const late = await poster(6_400);
  expect(await colourOf(worker.store.path(late.result.posterKey ?? ""))).toEqual([1, 0, 1]);
  expect(await poster(60_000)).toMatchObject({ outcome: "REJECTED", error: { code: "POSTER_NOT_FOUND" } });
});

test("without its source, a video's poster is made from the largest variant and its preview from a small one", async () => {
  const rendered = await worker.request(clip);
  const { result: state } = await worker.end(rendered);
  const keep = { variants: state.variants.filter(({ status }) => status === "READY"), audio: null };
  expect(keep.variants.map(({ name }) => name)).toContain("360p");
  const { videoId } = rendered;
  await rm(worker.store.path(rendered.source.key));
  const again = async (changes: Partial<RenderTask>) => {
    const task = await worker.request(clip, {
      videoId,
      source: rendered.source,
      keep,
      ...changes,
    });
    return await worker.end(task);
  };
  const taken = await again({ kind: "POSTER", atMs: 4_500 });
  expect(taken.type).toBe("task.completed.v1");
  const path = worker.store.path(taken.result.posterKey ?? "");
  expect(await inspect(path)).toMatchObject({ width: 640, height: 360 });
  expect(await colourOf(path)).toEqual([0, 1, 1]);

  const { result: previewed } = await again({ kind: "PREVIEW" });
  expect(previewed.preview).toMatchObject({ width: 320, height: 180, durationMs: 3_000 });
  expect(previewed.preview?.sizeBytes).toBeGreaterThan(100);
});

test("the preview is an MP4 if ffmpeg cannot encode animated WebP", async () => {
  const tools = await testTools();
  const path = join(clips.path, "without-webp");
  const script = `case "$*" in *libwebp*) echo "Unknown encoder 'libwebp_anim'" >&2; exit 1;; esac`;
  await writeFile(path, `#!/bin/sh\n${script}\nexec "${tools.ffmpeg.path}" "$@"\n`, { mode: 0o755 });
  await using other = await startWorker(
    {},
    { ...tools, ffmpeg: { ...tools.ffmpeg, path } },
    Promise.resolve(createNoJail()),
  );
  const rendered = await other.request(clip);
  const { result: state } = await other.end(rendered);
  const keep = { variants: state.variants.filter(({ status }) => status === "READY"), audio: null };
  const task = await other.request(clip, { videoId: rendered.videoId, keep, kind: "PREVIEW" });
  const { preview } = (await other.end(task)).result;
  expect(preview).toMatchObject({ contentType: "video/mp4", width: 320, durationMs: 3_000 });
  expect(await inspect(other.store.path(preview?.key ?? ""))).toMatchObject({ width: 320, frames: 36 });
});

test("a poster without source and variants, and a preview without variants, fail and can be retried", async () => {
  const key = "videos/gone/source/clip.mp4";
  const gone = await poster(0, { source: { kind: "object", key } });
  expect(gone).toMatchObject({ outcome: "FAILED", error: { code: "SOURCE_MISSING" } });
  const task = await worker.request(clip, { kind: "PREVIEW" });
  expect(await worker.end(task)).toMatchObject({ outcome: "FAILED", error: { code: "PREVIEW_FAILED" } });
});

test("a download is saved under the name in its task", async () => {
  const rendered = await worker.request(clip);
  const { result: state } = await worker.end(rendered);
  const keep = { variants: state.variants.filter(({ status }) => status === "READY"), audio: null };
  const { videoId, profile } = rendered;
  const task = await worker.request(clip, {
    ...{ videoId, keep, kind: "DOWNLOAD", downloadName: "Größe.mp4" },
    profile: { ...profile, download: { height: 4_320 } },
  });
  const end = await worker.end(task);
  expect(end.result.download?.key).toMatch(/\/download\/Größe\.mp4$/);
  const kept = join(clips.path, "kept.mp4");
  await mkdir(dirname(kept), { recursive: true });
  await copyFile(worker.store.path(end.result.download?.key ?? ""), kept);
  expect((await inspect(kept)).frames).toBe(150);
});
