/** How frames of odd sources look in the variants, with both releases of ffmpeg. */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import type { FfmpegTools } from "../../media/ffmpeg/tools.ts";
import { words } from "../../media/ffmpeg/words.ts";
import {
  allTools,
  defaultProfile,
  makeClip,
  startWorker,
  temporaryDirectory,
  withAllDecoders,
} from "../../testing/kit.ts";

const exec = promisify(execFile);
const folder = await temporaryDirectory();
afterAll(() => folder[Symbol.asyncDispose]());
const profile = { ...defaultProfile, rungs: defaultProfile.rungs.slice(0, 1) };

/** The colour of one pixel of the only variant at a time, as a player shows it according to the labels. */
async function render(system: Awaited<ReturnType<typeof startWorker>>, tools: FfmpegTools, clip: string) {
  const end = await system.end(await system.request(clip, { profile }));
  expect(end).toMatchObject({ type: "task.completed.v1" });
  const variant = "result" in end ? end.result.variants.find(({ status }) => status === "READY") : undefined;
  const playlist = system.store.path(variant?.playlist?.key ?? "");
  const raw = join(folder.path, "picture.rgb");
  const times = async (): Promise<number[]> => {
    const { stdout } = await exec(tools.ffprobe.path, [
      ...words("-v error -select_streams v -show_entries frame=pts_time -of csv=p=0"),
      playlist,
    ]);
    return stdout.split(/[\n,]+/).flatMap((time) => (time.trim() === "" ? [] : [Number(time)]));
  };
  const pixel = async (seconds: number, x: number, y: number) => {
    const at = `crop=2:2:${x}:${y},scale=out_range=pc,format=rgb24`;
    await exec(tools.ffmpeg.path, [
      ...words("-v error -y -i"),
      playlist,
      ...["-ss", String(seconds)],
      ...words(`-vf ${at} -frames:v 1 -f rawvideo`),
      raw,
    ]);
    return [...(await readFile(raw)).subarray(0, 3)];
  };
  return Object.assign(pixel, { times });
}

const near = (colour: readonly number[]) => colour.map((value) => expect.closeTo(value, -1.3));

describe.each((await allTools()).map((tools) => ({ tools, version: tools.ffmpeg.version })))(
  "ffmpeg $version",
  ({ tools, version }) => {
    test("a recording whose shape changes midway is letterboxed to keep its proportions", async () => {
      const piece = (size: string, colour: string, offset: number) =>
        makeClip(
          join(folder.path, `${colour}-${version}.ts`),
          words(
            `-f lavfi -i color=${colour}:s=${size}:r=25:d=2 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 25 -output_ts_offset ${offset}`,
          ),
        );
      const pieces = [await piece("320x180", "white", 0), await piece("180x320", "white@1", 2)];
      const clip = join(folder.path, `turning-${version}.ts`);
      await writeFile(clip, Buffer.concat(await Promise.all(pieces.map((path) => readFile(path)))));
      await using system = await startWorker({}, tools);
      const pixel = await render(system, tools, clip);
      expect(await pixel(0.5, 4, 70)).toEqual(near([255, 255, 255]));
      // Black bars beside an upright frame.
      expect(await pixel(3, 4, 70)).toEqual(near([0, 0, 0]));
      expect(await pixel(3, 128, 70)).toEqual(near([255, 255, 255]));
    }, 60_000);

    test("a recording with a variable frame rate keeps its timestamps after its shape changes", async () => {
      const piece = (size: string, offset: number) =>
        makeClip(
          join(folder.path, `${size}-${version}.ts`),
          words(
            `-f lavfi -i color=white:s=${size}:r=25:d=5,select='not(between(mod(n\\,25)\\,3\\,9))' -fps_mode vfr -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 25 -bf 0 -output_ts_offset ${offset}`,
          ),
        );
      const pieces = [await piece("320x180", 0), await piece("180x320", 5)];
      const joined = join(folder.path, `variable-${version}.ts`);
      await writeFile(joined, Buffer.concat(await Promise.all(pieces.map((path) => readFile(path)))));
      const clip = join(folder.path, `variable-${version}.mp4`);
      await exec(tools.ffmpeg.path, words(`-v error -y -i ${joined} -c copy ${clip}`));
      await using system = await startWorker({}, tools);
      const { times } = await render(system, tools, clip);
      const shown = await times();
      expect(shown).toEqual(shown.toSorted((one, other) => one - other));
      // Eighteen per second; none is at a border.
      expect(shown).toHaveLength(180);
      expect(shown.at(-1)).toBeCloseTo(9.96, 1);
    }, 60_000);

    test("an RGB recording keeps its colours", async () => {
      const clip = await makeClip(
        join(folder.path, `rgb-${version}.mov`),
        words("-f lavfi -i color=0x30C060:s=320x180:r=25:d=2,format=rgb24 -c:v qtrle -pix_fmt rgb24"),
      );
      await using system = await startWorker(withAllDecoders, tools);
      const pixel = await render(system, tools, clip);
      expect(await pixel(1, 100, 70)).toEqual(near([0x30, 0xc0, 0x60]));
    }, 60_000);
  },
);
