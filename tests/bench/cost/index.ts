import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { CompositionSettings } from "@reelay/contracts";
import {
  builtInTemplates,
  checkData,
  hashTemplate,
  loadTemplate,
  planScenes,
  planTimeline,
} from "@reelay/templates";
import { readQuiz } from "../../../embedded/render-files/read-quiz.ts";
import { locateFfmpeg } from "../../../render-worker/index.ts";
import {
  featuresOf,
  learn,
  type Sample,
  usualOfMedia,
  usualOfTemplate,
  type WorkModels,
} from "../../../src/work/index.ts";
import type { BenchOptions, Figures } from "../conditions.ts";
import { benchProfile, startSystem } from "../worker/system.ts";

/** An estimate within this part of the final figure is right. */
const RIGHT_WITHIN = 0.2;
const goals = { cpuRight: 0.8 };

interface Render {
  name: string;
  usual: WorkModels;
  features: Sample["features"];
  make: () => Promise<{ cpuSeconds: number; wallSeconds: number }>;
}

/**
 * Renders videos of mixed kinds with the real worker, learns from the first two thirds, and compares the
 * estimates of the others, made before each, with what they took.
 */
export async function run({ isShort, print }: BenchOptions): Promise<Figures> {
  const count = isShort ? 12 : 60;
  const { PATH = "", FFMPEG_PATH, FFPROBE_PATH } = process.env;
  const located = await locateFfmpeg({ path: PATH, ffmpegPath: FFMPEG_PATH, ffprobePath: FFPROBE_PATH });
  const tools = { ffmpeg: located.ffmpeg.path, ffprobe: located.ffprobe.path };
  await using resources = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "reelay-bench-cost-"));
  resources.defer(() => rm(directory, { recursive: true, force: true }));
  const system = resources.use(await startSystem(directory, tools));
  const renders = await planRenders({ count, directory, ffmpeg: tools.ffmpeg, system });

  const done: { render: Render; cpuSeconds: number; wallSeconds: number }[] = [];
  const errors = { cpu: [] as number[], wall: [] as number[] };
  for (const [index, render] of renders.entries()) {
    const estimates = {
      cpu: estimate(done, render, "cpuSeconds"),
      wall: estimate(done, render, "wallSeconds"),
    };
    const took = await render.make();
    const isJudged = index >= Math.floor((count * 2) / 3);
    const error = {
      cpu: Math.abs(took.cpuSeconds - estimates.cpu) / took.cpuSeconds,
      wall: Math.abs(took.wallSeconds - estimates.wall) / took.wallSeconds,
    };
    if (isJudged) {
      errors.cpu.push(error.cpu);
      errors.wall.push(error.wall);
    } else {
      done.push({ render, ...took });
    }
    print(
      `cost: ${index + 1} of ${count}, ${render.name}: ${took.cpuSeconds.toFixed(2)} s CPU (estimate ${estimates.cpu.toFixed(2)}), ${took.wallSeconds.toFixed(2)} s wall (${estimates.wall.toFixed(2)})${isJudged ? "" : ", learned"}`,
    );
  }
  const right = (list: readonly number[]): number =>
    list.filter((each) => each <= RIGHT_WITHIN).length / list.length;
  const median = (list: readonly number[]): number => list.toSorted((a, b) => a - b)[list.length >> 1] ?? 0;
  print(
    `cost: within 20 %: ${(right(errors.cpu) * 100).toFixed(0)} % of ${errors.cpu.length} by CPU time (goal ${goals.cpuRight * 100} %), ${(right(errors.wall) * 100).toFixed(0)} % by time of slots; median error ${(median(errors.cpu) * 100).toFixed(1)} % and ${(median(errors.wall) * 100).toFixed(1)} %`,
  );
  return {
    "cost.cpuRight": right(errors.cpu),
    "cost.wallRight": right(errors.wall),
    "cost.cpuMedianError": median(errors.cpu),
    "cost.wallMedianError": median(errors.wall),
  };
}

const usualOfQuizzes = usualOfTemplate("quiz-classic");

function estimate<Amount extends "cpuSeconds" | "wallSeconds">(
  done: readonly ({ render: Render } & Record<Amount, number>)[],
  { usual, features }: Render,
  amount: Amount,
): number {
  const samples = done
    .filter(({ render }) => render.usual === usual)
    .map((each) => ({ features: each.render.features, seconds: each[amount] }));
  return learn(samples, usual[amount])(features).likely;
}

interface Plan {
  count: number;
  directory: string;
  ffmpeg: string;
  system: Awaited<ReturnType<typeof startSystem>>;
}

const sizes = [
  { width: 426, height: 240 },
  { width: 640, height: 360 },
  { width: 854, height: 480 },
  { width: 1280, height: 720 },
];
const rates = [24, 30, 50];

/** Two uploads, then a quiz, in turns; sizes, rates, lengths and pictures differ, and none comes twice. */
async function planRenders({ count, directory, ffmpeg, system }: Plan): Promise<Render[]> {
  const quiz = await startQuiz();
  const renders: Render[] = [];
  for (let index = 0; index < count; index += 1) {
    renders.push(
      index % 3 === 2
        ? await planQuiz(index, { quiz, directory, system })
        : planUpload(index, { directory, ffmpeg, system }),
    );
  }
  return renders;
}

function planUpload(index: number, { directory, ffmpeg, system }: Omit<Plan, "count">): Render {
  const { width, height } = sizes[index % sizes.length] ?? { width: 640, height: 360 };
  const frameRate = rates[(index * 7) % rates.length] ?? 30;
  const seconds = 3 + ((index * 5) % 11) * 0.7;
  const noise = 2 + ((index * 3) % 5);
  return {
    name: `upload ${width}x${height} ${frameRate}/s ${seconds.toFixed(1)} s`,
    usual: usualOfMedia,
    features: featuresOf(benchProfile, { durationMs: seconds * 1_000, width, height, frameRate }),
    async make() {
      const clip = join(directory, `clip-${index}.mp4`);
      const picture = `testsrc2=size=${width}x${height}:rate=${frameRate}:duration=${seconds},noise=alls=${noise}:allf=t`;
      await promisify(execFile)(ffmpeg, [
        ...["-v", "error", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", `sine=duration=${seconds}`],
        ...["-c:v", "libx264", "-preset", "fast", "-crf", "20", "-pix_fmt", "yuv420p", "-c:a", "aac", clip],
      ]);
      return (await system.render(clip, { rests: false, isKept: true })).usage;
    },
  };
}

const example = resolve(import.meta.dirname, "../../../examples/questions.csv");

async function startQuiz() {
  const folder = (await builtInTemplates()).get("quiz-classic");
  if (folder === undefined) throw new Error("There is no template quiz-classic.");
  const sha256 = await hashTemplate(folder);
  const quiz = await readQuiz(example);
  if (typeof quiz === "string") throw new Error(quiz);
  const { questions } = quiz.data as { questions: object[] };
  return { template: await loadTemplate(folder), sha256, questions };
}

async function planQuiz(
  index: number,
  {
    quiz,
    directory,
    system,
  }: { quiz: Awaited<ReturnType<typeof startQuiz>> } & Pick<Plan, "directory" | "system">,
): Promise<Render> {
  const number = 1 + (index % 4);
  const first = index % (quiz.questions.length - number);
  const checked = checkData(quiz.template.manifest, {
    questions: quiz.questions.slice(first, first + number),
  });
  if (!checked.ok) throw new Error(checked.issues[0]?.message);
  const { data } = checked;
  const height = [240, 360, 480][(index * 5) % 3] ?? 360;
  const width = 2 * Math.round((height * 16) / 9 / 2);
  const frameRate = 24;
  const { manifest } = quiz.template;
  const composition: CompositionSettings = {
    ...{ version: 1, width, height, frameRate, language: "en", voice: null },
    template: { name: manifest.name, version: manifest.version, sha256: quiz.sha256 },
  };
  const path = join(directory, `quiz-${index}.json`);
  await writeFile(path, JSON.stringify(data));
  const { durationMs } = planTimeline(planScenes(quiz.template, data), {}, frameRate);
  return {
    name: `quiz of ${number}, ${height}p, ${(durationMs / 1_000).toFixed(1)} s`,
    usual: usualOfQuizzes,
    features: featuresOf(benchProfile, { durationMs, width, height, frameRate }),
    async make() {
      return (await system.render(path, { composition, rests: false, isKept: true })).usage;
    },
  };
}
