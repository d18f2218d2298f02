import { expect, test } from "vitest";
import { parseSegments, type StoredSegment } from "../../media/hls/read-segments.ts";
import { planPreview, previewFormats, toPreviewArguments } from "./plan-preview.ts";

/** Segments of these lengths in seconds. */
function segmentsOf(...seconds: number[]): StoredSegment[] {
  const lines = seconds.flatMap((each, index) => [`#EXTINF:${each.toFixed(6)},`, `${index}.m4s`]);
  return parseSegments(
    ['#EXT-X-MAP:URI="init.mp4"', ...lines, "#EXT-X-ENDLIST"].join("\n"),
    "a/360p/index.m3u8",
  );
}
const size = { width: 640, height: 360 };

test("segment URIs resolve against the playlist, each with its own initialisation segment and time", () => {
  const text = [
    ...['#EXT-X-MAP:URI="init.mp4"', "#EXTINF:1.000000,", "00000.m4s"],
    ...['#EXT-X-MAP:URI="../../b/360p/init.mp4"', "#EXTINF:4.000000,", "../../b/360p/00001.m4s", ""],
  ].join("\n");
  expect(parseSegments(text, "videos/1/variants/360p/index.m3u8")).toEqual([
    {
      key: "videos/1/variants/360p/00000.m4s",
      initKey: "videos/1/variants/360p/init.mp4",
      ...{ startMs: 0, durationMs: 1_000 },
    },
    {
      key: "videos/1/b/360p/00001.m4s",
      initKey: "videos/1/b/360p/init.mp4",
      ...{ startMs: 1_000, durationMs: 4_000 },
    },
  ]);
});

test("a preview of a long video shows four moments, one from the middle of each quarter", () => {
  const plan = planPreview(segmentsOf(...Array.from({ length: 15 }, () => 4)), size);
  expect(plan?.moments.map(({ segment }) => segment.startMs)).toEqual([4_000, 20_000, 36_000, 52_000]);
  expect(plan).toMatchObject({ width: 320, height: 180, frames: 36, durationMs: 3_000 });
});

test.each([
  ["two segments give two longer moments", [4, 2], [18, 18], 3_000],
  ["one segment is shown from its start", [2], [24], 2_000],
  ["a very short segment gives one frame", [0.05], [1], 83],
])("%s", (_what, seconds, frames, durationMs) => {
  const plan = planPreview(segmentsOf(...seconds), size);
  expect(plan?.moments.map((moment) => moment.frames)).toEqual(frames);
  expect(plan?.durationMs).toBe(durationMs);
});

test("a portrait preview keeps its shape, a small one keeps its size, and no segments give no preview", () => {
  expect(planPreview(segmentsOf(4), { width: 360, height: 640 })).toMatchObject({ width: 320, height: 568 });
  expect(planPreview(segmentsOf(4), { width: 256, height: 144 })).toMatchObject({ width: 256, height: 144 });
  expect(planPreview([], size)).toBeNull();
});

test("ffmpeg reads only the shown range, and every moment has its planned length", () => {
  const plan = planPreview(segmentsOf(4, 2), size);
  const [{ encoding }] = previewFormats;
  const args = plan && toPreviewArguments(plan, ["0.mp4", "1.mp4"], { encoding, path: "preview.webp" });
  expect(args).toMatchInlineSnapshot(`
    [
      "-hide_banner",
      "-nostdin",
      "-v",
      "error",
      "-y",
      "-threads",
      "1",
      "-protocol_whitelist",
      "file",
      "-f",
      "mp4",
      "-t",
      "1.600",
      "-i",
      "file:0.mp4",
      "-threads",
      "1",
      "-protocol_whitelist",
      "file",
      "-f",
      "mp4",
      "-t",
      "1.600",
      "-i",
      "file:1.mp4",
      "-filter_complex",
      "[0:v:0]setpts=PTS-STARTPTS,scale=320:180,setsar=1,fps=12,tpad=stop=-1:stop_mode=clone,trim=end_frame=18,setpts=PTS-STARTPTS,format=yuv420p[m0];[1:v:0]setpts=PTS-STARTPTS,scale=320:180,setsar=1,fps=12,tpad=stop=-1:stop_mode=clone,trim=end_frame=18,setpts=PTS-STARTPTS,format=yuv420p[m1];[m0][m1]concat=n=2:v=1:a=0,fps=12[preview]",
      "-map",
      "[preview]",
      "-an",
      "-sn",
      "-dn",
      "-map_metadata",
      "-1",
      "-threads",
      "1",
      "-c:v",
      "libwebp_anim",
      "-loop",
      "0",
      "-quality",
      "60",
      "-compression_level",
      "3",
      "-pix_fmt",
      "yuv420p",
      "-f",
      "webp",
      "preview.webp",
    ]
  `);
});
