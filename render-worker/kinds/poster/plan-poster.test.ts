import { expect, test } from "vitest";
import { sourceOf } from "../../testing/fixtures.ts";
import { planLooks, posterSize, sourceFilters, toPosterArguments, variantFilters } from "./plan-poster.ts";

test("a poster is at most 1280 pixels on its longer side, and never larger than its frame", () => {
  expect(posterSize({ width: 3840, height: 2160 })).toEqual({ width: 1280, height: 720 });
  expect(posterSize({ width: 1080, height: 1920 })).toEqual({ width: 720, height: 1280 });
  expect(posterSize({ width: 641, height: 359 })).toEqual({ width: 642, height: 360 });
});

test("the poster is the first frame at or after the time, or else the last frame before it", () => {
  expect(planLooks(12_500)).toEqual([
    { seekMs: 12_500 },
    { seekMs: 11_500, lookMs: 1_100 },
    { seekMs: 2_500, lookMs: 10_100 },
  ]);
  expect(planLooks(0).map(({ seekMs }) => seekMs)).toEqual([0, 0, 0]);
});

test("command lines of a forward search and a backward search", () => {
  const input = { options: ["-f", "mp4"], input: "file:clip.mp4", stream: "0:0" };
  const filters = sourceFilters(sourceOf(), []);
  const line = (look: number) =>
    toPosterArguments(planLooks(2_000)[look] ?? { seekMs: 0 }, { ...input, filters }, "poster.jpg").join(" ");
  expect(line(0)).toMatchInlineSnapshot(
    `"-hide_banner -nostdin -v error -y -threads 1 -f mp4 -ss 2.000 -i file:clip.mp4 -map 0:0 -an -sn -dn -frames:v 1 -vf scale=1280:720,setsar=1,format=yuv420p,scale=out_range=pc,format=yuvj420p -fps_mode passthrough -update 1 -q:v 4 -map_metadata -1 -f image2 poster.jpg"`,
  );
  expect(line(1)).toMatchInlineSnapshot(
    `"-hide_banner -nostdin -v error -y -threads 1 -f mp4 -ss 1.000 -t 1.100 -i file:clip.mp4 -map 0:0 -an -sn -dn -vf scale=1280:720,setsar=1,format=yuv420p,scale=out_range=pc,format=yuvj420p -fps_mode passthrough -update 1 -q:v 4 -map_metadata -1 -f image2 poster.jpg"`,
  );
});

test("a poster from a variant, which is already filtered, is only scaled", () => {
  expect(variantFilters({ width: 1920, height: 1080 })).toEqual(["scale=1280:720", "setsar=1"]);
});
