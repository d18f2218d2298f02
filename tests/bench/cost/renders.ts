import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Stage } from "../engine/stage.ts";

/** A video that is quoted and made. */
export interface Render {
  name: string;
  /** Input of `estimateRender`. */
  quoted: { source: object; facts?: object };
  /** Has it made. Resolves to its id. */
  create: () => Promise<string>;
}

const run = promisify(execFile);

const sizes = [
  { width: 426, height: 240 },
  { width: 640, height: 360 },
  { width: 854, height: 480 },
  { width: 1280, height: 720 },
];
const rates = [24, 30, 50];
/** Grain, detail that moves, and pictures that hardly change. */
const contents = [
  { name: "noisy", picture: "testsrc2=size=SIZE:rate=RATE,noise=alls=6:allf=t" },
  { name: "zoom", picture: "mandelbrot=size=SIZE:rate=RATE:end_pts=1000" },
  { name: "test picture", picture: "testsrc2=size=SIZE:rate=RATE" },
  { name: "bars", picture: "smptehdbars=size=SIZE:rate=RATE" },
];

const at = <Value>(list: readonly Value[], index: number): Value => {
  const value = list[index % list.length];
  if (value === undefined) throw new Error("The list is empty.");
  return value;
};

/** A file that people upload: another content, size, rate and length each time. */
export async function planUpload(stage: Stage, index: number): Promise<Render> {
  const { width, height } = at(sizes, index * 3);
  const frameRate = at(rates, index * 7);
  const { name, picture } = at(contents, index + Math.floor(index / contents.length));
  const seconds = 3 + ((index * 5) % 11) * 0.7;
  const clip = join(stage.directory, `clip-${index}.mp4`);
  const filter = picture.replace("SIZE", `${width}x${height}`).replace("RATE", `${frameRate}`);
  await run(stage.tools.ffmpeg, [
    ...["-v", "error", "-f", "lavfi", "-i", filter, "-f", "lavfi", "-i", "sine", "-t", `${seconds}`],
    ...["-c:v", "libx264", "-preset", "fast", "-crf", "20", "-pix_fmt", "yuv420p", "-c:a", "aac", clip],
  ]);
  const { size } = await stat(clip);
  return {
    name: `upload, ${name}, ${width}x${height} at ${frameRate}, ${seconds.toFixed(1)} s`,
    quoted: {
      source: { upload: { filename: "clip.mp4", sizeBytes: size } },
      facts: { durationSeconds: seconds, width, height, frameRate },
    },
    create: () => stage.client.upload(clip),
  };
}

/** Data for a template, spoken every other time. `clip`: id of a video that moves behind it. */
export function planDrawing(
  stage: Stage,
  index: number,
  { template, data, clip }: { template: string; data: object; clip?: string },
): Render {
  const height = at([240, 360, 480], index);
  const isSpoken = index % 2 === 0;
  const source = {
    template: {
      ...{ template, data, height },
      ...(!isSpoken && { voice: { name: "NONE" } }),
      ...(clip !== undefined && { background: { video: clip } }),
    },
  };
  const where = clip === undefined ? "" : " over a clip";
  return {
    name: `${template}${where}, ${height}p${isSpoken ? ", spoken" : ""}`,
    quoted: { source },
    create: () => createVideo(stage, source),
  };
}

/** Questions that no other video has, so that nothing is copied. */
export const questions = (index: number, count: number): object => ({
  questions: Array.from({ length: count }, (_, number) => ({
    question: `Which of these names${" of the list below".repeat((index + number) % 3)} is right in row ${index}.${number}?`,
    options: ["Amber", "Basalt", "Cobalt", `Dolomite ${index}`],
    answerIndex: (index + number) % 4,
  })),
});

export const quotes = (index: number): object => ({
  quotes: Array.from({ length: 1 + (index % 3) }, (_, number) => ({
    quote: `Nothing is softer than water${", as all of us know".repeat(number)}, and nothing resists it, number ${index}.`,
    author: "Lao Tzu",
  })),
});

export const countdown = (index: number): object => ({
  ...{ title: `Round ${index}`, seconds: 5 + ((index * 3) % 8), message: `Let’s go, number ${index}!` },
});

/** A script of Manim, of another length and with other shapes each time. */
export function planAnimation(stage: Stage, round: number): Render {
  const seconds = 3 + ((round * 2) % 5);
  const script = `from manim import *


class Lesson(Scene):
    def construct(self):
        squares = VGroup(*[Square(0.4) for _ in range(${6 + ((round * 17) % 30)})]).arrange_in_grid(cols=6)
        self.play(Create(squares), run_time=2)
        self.play(squares.animate.set_color(BLUE).rotate(PI / 4), run_time=${seconds})
        self.wait(1)
`;
  const source = { manim: { script, quality: "LOW" } };
  return {
    name: `animation, ${seconds + 3} s`,
    quoted: { source, facts: { durationSeconds: seconds + 3 } },
    create: () => createVideo(stage, source),
  };
}

async function createVideo(stage: Stage, source: object): Promise<string> {
  const { data, errors } = await stage.client.ask(
    `mutation ($input: CreateVideoInput!) { createVideo(input: $input) { ... on Video { id } ... on Error { message } } }`,
    { input: { title: "Quoted", source } },
  );
  const id: unknown = data?.createVideo?.id;
  if (typeof id !== "string") throw new Error(JSON.stringify(errors ?? data));
  return id;
}
