import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CompositionSettings } from "@reelay/contracts";
import { builtInTemplates, hashTemplate } from "@reelay/templates";
import { pino } from "pino";
import { createNoJail, findSpeech, findTemplatePainter, locateFfmpeg } from "../../../render-worker/index.ts";
import { Painting, type SpokenText } from "../../../render-worker/painting/index.ts";
import { type Cost, costOf } from "../animation/by-hand.ts";
import type { BenchOptions, Figures } from "../conditions.ts";
import { show, summarize } from "../statistics.ts";
import { rawFilm } from "../worker/raw-film.ts";
import { startSystem } from "../worker/system.ts";
import { encodeByHand } from "./by-hand.ts";
import { readQuestions } from "./read-questions.ts";

const goals = {
  drawnPerSecond: 0.15,
  cpuPerSecond: 0.8,
  cpuRatio: 1.15,
  firstPlayableSeconds: 5,
  editedRatio: 0.2,
};

const size = { width: 1920, height: 1080, frameRate: 30 };
const quiet = { signal: new AbortController().signal, log: pino({ level: "silent" }) };

/**
 * What a quiz of ten questions costs at 1080p with six rungs: drawing alone; the real worker in its jail
 * against the painter without a jail and one bare ffmpeg behind the same pipe, in turns; then the same data
 * again, and with one question changed.
 */
export async function run({ isShort, print }: BenchOptions): Promise<Figures> {
  const rounds = isShort ? 1 : 3;
  const { PATH = "", FFMPEG_PATH, FFPROBE_PATH } = process.env;
  const located = await locateFfmpeg({ path: PATH, ffmpegPath: FFMPEG_PATH, ffprobePath: FFPROBE_PATH });
  const tools = { ffmpeg: located.ffmpeg.path, ffprobe: located.ffprobe.path };
  await using resources = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "reelay-bench-composition-"));
  resources.defer(() => rm(directory, { recursive: true, force: true }));
  const quiz = await readQuestions(isShort ? 3 : 10);
  const data = join(directory, "data.json");
  await writeFile(data, JSON.stringify({ questions: quiz }));
  const painter = await startPainter(data);
  const { clips, durationSeconds } = await painter.speak();
  const system = resources.use(await startSystem(directory, tools));
  print(
    `composition: quiz-classic, ${quiz.length} questions, ${durationSeconds.toFixed(0)} s of 1080p30, six rungs, ${rounds} rounds`,
  );

  const byHand = async (): Promise<Cost> => {
    const folder = join(directory, "by-hand");
    await mkdir(folder);
    const soundtrack = join(folder, "soundtrack.s16le");
    await writeFile(soundtrack, Buffer.alloc(Math.round(durationSeconds * 48_000) * 4));
    const cost = await costOf(async () => {
      await using painting = painter.start({ mode: "DRAW", clips });
      const counts = await painting.count();
      await encodeByHand(tools.ffmpeg, folder, soundtrack, (stdin) => rawFilm(painting, counts).pipe(stdin));
    });
    await rm(folder, { recursive: true });
    return cost;
  };
  const drawing = (): Promise<Cost> =>
    costOf(async () => {
      await using painting = painter.start({ mode: "DRAW", clips });
      for await (const _drawn of painting.draw(await painting.count()));
    });
  const edited = join(directory, "edited.json");
  // Another length, so that all later scenes move.
  const changed = { ...quiz[quiz.length >> 1], question: "Which one of these answers is the right one?" };
  await writeFile(edited, JSON.stringify({ questions: quiz.with(quiz.length >> 1, changed) }));
  const composition = await readSettings();
  const all = [];
  for (let round = 1; round <= rounds; round += 1) {
    const drawn = await drawing();
    const hand = await byHand();
    const worker = await system.render(data, { composition, isKept: true });
    const again = await system.render(data, { composition, known: worker.parts });
    const edit = await system.render(edited, { composition, known: worker.parts });
    all.push({ drawn, hand, worker, again, edit });
    const line = ({ cpuSeconds, wallSeconds }: Cost) =>
      `${cpuSeconds.toFixed(1)} s CPU, ${wallSeconds.toFixed(1)} s wall`;
    print(
      `composition: round ${round}: drawing alone ${line(drawn)}; by hand ${line(hand)}; worker ${line(worker)}, first playable after ${worker.firstPlayableSeconds.toFixed(1)} s; the same again ${line(again)}; one question changed ${line(edit)}`,
    );
  }
  const drawnPerSecond = summarize(all.map(({ drawn }) => drawn.cpuSeconds / durationSeconds));
  const cpuPerSecond = summarize(all.map(({ worker }) => worker.cpuSeconds / durationSeconds));
  const cpuRatio = summarize(all.map(({ worker, hand }) => worker.cpuSeconds / hand.cpuSeconds));
  const playable = summarize(all.map(({ worker }) => worker.firstPlayableSeconds));
  const wall = summarize(all.map(({ worker }) => worker.wallSeconds));
  const againRatio = summarize(all.map(({ again, worker }) => again.cpuSeconds / worker.cpuSeconds));
  const editedRatio = summarize(all.map(({ edit, worker }) => edit.cpuSeconds / worker.cpuSeconds));
  print(
    `composition: per second of video: drawing ${show(drawnPerSecond, 3)} s CPU (goal ${goals.drawnPerSecond}), all ${show(cpuPerSecond, 3)} (goal ${goals.cpuPerSecond}); CPU against by hand ${show(cpuRatio, 3)} (goal ${goals.cpuRatio})`,
  );
  print(
    `composition: first playable after ${show(playable, 1, " s")} (goal ${goals.firstPlayableSeconds} s), everything after ${show(wall, 1, " s")}; CPU of the same again ${show(againRatio, 3)} of the first, of one changed question ${show(editedRatio, 3)} (goal ${goals.editedRatio})`,
  );
  return {
    "composition.drawnPerSecond": drawnPerSecond.median,
    "composition.cpuPerSecond": cpuPerSecond.median,
    "composition.cpuRatio": cpuRatio.median,
    "composition.firstPlayableSeconds": playable.median,
    "composition.wallSeconds": wall.median,
    "composition.againRatio": againRatio.median,
    "composition.editedRatio": editedRatio.median,
  };
}

async function templateFolder(): Promise<string> {
  const folder = (await builtInTemplates()).get("quiz-classic");
  if (folder === undefined) throw new Error("The template quiz-classic is missing.");
  return folder;
}

async function readSettings(): Promise<CompositionSettings> {
  const sha256 = await hashTemplate(await templateFolder());
  const template = { name: "quiz-classic", version: 1, sha256 };
  return { version: 1, template, ...size, language: "en", voice: { name: null, rate: 1 } };
}

/** The painter without a jail. */
async function startPainter(data: string) {
  const painter = await findTemplatePainter(createNoJail());
  const template = await templateFolder();
  const start = (
    job: { mode: "CHECK" | "DRAW"; clips?: Record<string, number> },
    onTexts: (texts: readonly SpokenText[]) => void = () => undefined,
  ) =>
    new Painting({
      ...{ program: painter.program, args: painter.args, env: {}, cwd: undefined },
      job: { version: 1, template, data, ...size, ...job },
      limits: { cpuSeconds: 900, memoryBytes: 2 ** 31, silenceMs: 60_000, durationMs: 3_600_000 },
      ...quiet,
      onEvent: (event) => {
        if (event.type === "spoken") onTexts(event.texts);
      },
    });
  return {
    start,
    /** Lengths of the spoken texts, and of the video. */
    async speak() {
      const texts: SpokenText[] = [];
      {
        await using painting = start({ mode: "CHECK" }, (more) => texts.push(...more));
        await painting.check();
      }
      const clips: Record<string, number> = {};
      await using speaker = (await findSpeech(createNoJail(), { engine: "flite" })).open();
      for (const { id, text, language } of texts) {
        const clip = await speaker.speak({ text, voice: null, rate: 1, language }, quiet);
        clips[id] = clip.durationMs;
      }
      await using painting = start({ mode: "DRAW", clips });
      const { counted } = await painting.count();
      return { clips, durationSeconds: counted.durationMs / 1000 };
    },
  };
}
