import { join } from "node:path";
import type { RenderRequested, RenditionPart, TaskPart } from "@reelay/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { words } from "./ffmpeg/words.ts";
import { complaints } from "./testing/inspect.ts";
import { joinParts, shownAt } from "./testing/join-parts.ts";
import { defaultProfile, makeClip, startWorker, temporaryDirectory } from "./testing/kit.ts";

let clips: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeAll(async () => {
  clips = await temporaryDirectory();
});
afterAll(async () => {
  await clips[Symbol.asyncDispose]();
});

const profile = { ...defaultProfile, rungs: defaultProfile.rungs.slice(0, 2) };
type RunningWorker = Awaited<ReturnType<typeof startWorker>>;

/** Makes a source in parts, as the API would ask for them, and in one piece. */
async function makeBoth(worker: RunningWorker, clip: string, chunks: [number, number | null][]) {
  const make = async (part: TaskPart | undefined, ladder?: RenderRequested["ladder"]) =>
    (
      await worker.end(
        await worker.request(clip, { profile, ...(part && { part }), ...(ladder && { ladder }) }),
      )
    ).state;
  const whole = await make(undefined);
  const headMs = chunks[0]?.[0] ?? 0;
  const head = await make({ kind: "HEAD", wholeUpToMs: 1_000, headMs });
  const ladder = head.variants.filter(({ status }) => status === "RENDERING");
  const rest = [];
  for (const [startMs, endMs] of chunks) rest.push(await make({ kind: "CHUNK", startMs, endMs }, ladder));
  rest.push(await make({ kind: "AUDIO", startMs: headMs }));
  const parts: RenditionPart[] = [head, ...rest].flatMap((state) => state.parts ?? []);
  return {
    whole,
    head,
    rest,
    parts,
    of: (name: string) => parts.filter(({ rendition }) => rendition === name),
  };
}

test("a video in parts is the video in one piece: each picture once, at its time, and the sound bit by bit", async () => {
  await using worker = await startWorker();
  const clip = await makeClip(join(clips.path, "clip.mp4"), [
    ...words("-f lavfi -i testsrc2=s=320x180:r=30000/1001:d=13 -f lavfi -i sine=440:r=44100:d=13"),
    ...words("-c:v libx264 -preset ultrafast -bf 2 -g 100 -c:a aac"),
  ]);
  const made = await makeBoth(worker, clip, [
    [8_000, 12_000],
    [12_000, null],
  ]);
  expect(made.head.split).toMatchObject({ headEndMs: 8_000, renditions: ["144p", "180p", "audio"] });
  expect(made.parts.every(({ isComplete }) => isComplete)).toBe(true);
  expect(
    made.of("144p").map(({ segments }) => segments.map(({ durationMs }) => durationMs)),
  ).toMatchInlineSnapshot(`
    [
      [
        1001,
        1001,
        2002,
        4004,
      ],
      [
        4004,
      ],
      [
        1001,
      ],
    ]
  `);
  for (const name of ["144p", "180p", "audio"]) {
    const joined = await joinParts(worker.store, made.of(name), name);
    const playlist =
      name === "audio"
        ? made.whole.audio?.playlist
        : made.whole.variants.find((variant) => variant.name === name)?.playlist;
    const whole = worker.store.path(playlist?.key ?? "");
    const kind = name === "audio" ? "a" : "v";
    expect(await shownAt(joined, kind)).toEqual(await shownAt(whole, kind));
    expect(await complaints(joined)).toBe("");
  }
}, 120_000);
