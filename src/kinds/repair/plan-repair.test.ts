import { expect, test } from "vitest";
import { type DamagedVideo, planRepair } from "./plan-repair.ts";

const plan = {
  ...{ headEndMs: 8_000, chunkMs: 8_000, chunks: 3, groups: [["144p", "360p"]] },
  ...{ speed: 2, slots: 2, reason: "Because." },
};

/** 32 s of two variants and an audio track, in a head and three chunks. */
function video(...damages: [key: string, subject: string][]): DamagedVideo {
  const part = (rendition: string, startMs: number) => ({
    ...{ rendition, startMs, initKey: `${rendition}/${startMs}/init.mp4` },
    segments: [{ key: `${rendition}/${startMs}/0.m4s` }],
  });
  return {
    durationMs: 32_000,
    variants: [
      { name: "360p", status: "READY", position: 1 },
      { name: "144p", status: "READY", position: 0 },
      { name: "source", status: "READY", position: 2 },
    ],
    audioTracks: [{ name: "audio" }],
    parts: [
      ...["144p", "360p"].flatMap((name) => [0, 8_000, 16_000, 24_000].map((startMs) => part(name, startMs))),
      ...[0, 8_000].map((startMs) => part("audio", startMs)),
    ],
    damages: damages.map(([key, subject]) => ({ key, subject })),
  };
}

const tasksOf = (damaged: DamagedVideo) => {
  const { renditions } = planRepair(damaged, plan);
  const tasks = renditions?.left.rest.map(({ kind, params: { startMs, endMs, renditions: names } }) => [
    kind,
    startMs,
    endMs,
    names.join(),
  ]);
  return {
    head: renditions?.left.needsHead,
    tasks,
    only: renditions?.onlyVariants,
    repairs: renditions?.repairs,
  };
};

test("one damaged segment of a long video re-renders one chunk of one variant", () => {
  expect(tasksOf(video(["360p/16000/0.m4s", "360p"]))).toEqual({
    head: false,
    tasks: [["CHUNK", 16_000, 24_000, "360p"]],
    only: ["360p"],
    repairs: ["360p"],
  });
});

test("variants with damage at the same place are repaired from one decode", () => {
  const both = video(["360p/24000/0.m4s", "360p"], ["144p/24000/init.mp4", "144p"]);
  expect(tasksOf(both)).toMatchObject({ head: false, tasks: [["CHUNK", 24_000, null, "144p,360p"]] });
});

test("the head task repairs damage in the first seconds and in a copied source", () => {
  expect(tasksOf(video(["144p/0/init.mp4", "144p"]))).toMatchObject({
    head: true,
    tasks: [],
    only: ["144p"],
  });
  expect(tasksOf(video(["source/index.m3u8", "source"]))).toMatchObject({ head: true, only: ["source"] });
});

test("damaged audio is rendered again without video", () => {
  expect(tasksOf(video(["audio/8000/0.m4s", "audio"]))).toEqual({
    head: false,
    tasks: [["AUDIO", 8_000, null, "audio"]],
    // A finished variant, which is kept as it is.
    only: ["144p"],
    repairs: ["audio"],
  });
});

test("a short video's damaged variants are rendered again completely", () => {
  expect(planRepair(video(["360p/1.m4s", "360p"]), null)).toEqual({
    renditions: {
      repairs: ["360p"],
      onlyVariants: ["360p"],
      left: { plan: null, needsHead: true, rest: [] },
    },
    assets: [],
    lost: [],
  });
});

test("a storyboard is repaired with the last chunk; posters, previews and downloads get their own jobs", () => {
  const assets = video(
    ["a", "poster"],
    ["b", "preview"],
    ["c", "download"],
    ["d", "storyboard"],
    ["e", "captions"],
  );
  expect(tasksOf(assets)).toEqual({
    head: false,
    tasks: [["CHUNK", 24_000, null, "144p"]],
    only: [],
    repairs: ["storyboard", "144p"],
  });
  expect(planRepair(assets, plan)).toMatchObject({
    assets: ["POSTER", "PREVIEW", "DOWNLOAD"],
    lost: ["captions"],
  });
});
