import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AnimationSettings } from "@reelay/contracts";
import { pino } from "pino";
import { findPainter, locateFfmpeg } from "../../../render-worker/index.ts";
import { Painting } from "../../../render-worker/painting/index.ts";
import type { BenchOptions, Figures } from "../conditions.ts";
import { show, summarize } from "../statistics.ts";
import { rawFilm } from "../worker/raw-film.ts";
import { type Rendered, startSystem } from "../worker/system.ts";
import { type Cost, costOf, encodeByHand, run as runProgram } from "./by-hand.ts";

const goals = { cpuRatio: 1.1, firstPlayableSeconds: 3 };

const script = join(import.meta.dirname, "lesson.py");
const size = { width: 1280, height: 720, frameRate: 30 };
const settings: AnimationSettings = { version: 1, scene: "Lesson", ...size, renderer: "CAIRO", seed: 0 };

/**
 * What an animation costs beyond drawing and encoding: the real worker in its jail, against the painter
 * without a jail and one bare ffmpeg behind the same pipe, and against Manim writing an MP4 with the ladder
 * made of it afterwards. In turns. Needs `npm run painters`.
 */
export async function run({ isShort, print }: BenchOptions): Promise<Figures> {
  const rounds = isShort ? 1 : 5;
  const { PATH = "", FFMPEG_PATH, FFPROBE_PATH, MANIM_PYTHON } = process.env;
  const located = await locateFfmpeg({ path: PATH, ffmpegPath: FFMPEG_PATH, ffprobePath: FFPROBE_PATH });
  const tools = { ffmpeg: located.ffmpeg.path, ffprobe: located.ffprobe.path };
  const painter = await findPainter({ manimPython: MANIM_PYTHON });
  await using resources = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "reelay-bench-animation-"));
  resources.defer(() => rm(directory, { recursive: true, force: true }));
  const system = resources.use(await startSystem(directory, tools));
  print(`animation: Manim ${painter.version}, 15 s of 720p30, five rungs, ${rounds} rounds`);

  /** Removes what it has written. */
  const within = async (work: (folder: string) => Promise<void>): Promise<Cost> => {
    const folder = join(directory, "by-hand");
    await mkdir(folder);
    const cost = await costOf(() => work(folder));
    await rm(folder, { recursive: true });
    return cost;
  };
  const throughPipe = () =>
    within(async (folder) => {
      const { version, materials: _none, ...drawn } = settings;
      await using painting = new Painting({
        ...{ program: painter.program, args: painter.args, cwd: folder },
        env: { HOME: folder, TMPDIR: folder, PYTHONHASHSEED: "0" },
        job: { ...drawn, version, mode: "DRAW", script },
        limits: { cpuSeconds: 300, memoryBytes: 2 ** 32, silenceMs: 60_000, durationMs: 60_000 },
        signal: new AbortController().signal,
        log: pino({ level: "silent" }),
      });
      const counts = await painting.count();
      const input = ["-f", "matroska", "-i", "pipe:0"];
      await encodeByHand(tools.ffmpeg, folder, input, (stdin) => rawFilm(painting, counts).pipe(stdin));
    });
  const afterManim = () =>
    within(async (folder) => {
      await copyFile(script, join(folder, "lesson.py"));
      const manim = [
        "-m",
        "manim",
        "render",
        "-qm",
        "--disable_caching",
        "-v",
        "ERROR",
        "--progress_bar",
        "none",
      ];
      await runProgram(painter.program.path, [...manim, "-o", "lesson", "lesson.py", "Lesson"], folder);
      const made = join(folder, "media/videos/lesson/720p30/lesson.mp4");
      await encodeByHand(tools.ffmpeg, folder, ["-i", made]);
    });

  const all: { pipe: Cost; manim: Cost; worker: Rendered }[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const pipe = await throughPipe();
    const worker = await system.render(script, { animation: settings });
    const manim = await afterManim();
    all.push({ pipe, worker, manim });
    const line = ({ cpuSeconds, wallSeconds }: Cost) =>
      `${cpuSeconds.toFixed(1)} s CPU, ${wallSeconds.toFixed(1)} s wall`;
    print(
      `animation: round ${round}: by hand ${line(pipe)}; Manim, then the ladder ${line(manim)}; worker ${line(worker)}, first playable after ${worker.firstPlayableSeconds.toFixed(1)} s`,
    );
  }
  const cpu = summarize(all.map(({ pipe, worker }) => worker.cpuSeconds / pipe.cpuSeconds));
  const wall = summarize(all.map(({ pipe, worker }) => worker.wallSeconds / pipe.wallSeconds));
  const manimWall = summarize(all.map(({ manim, worker }) => worker.wallSeconds / manim.wallSeconds));
  const first = summarize(all.map(({ worker }) => worker.firstPlayableSeconds));
  print(
    `animation: against by hand: CPU ${show(cpu, 3)} (goal ${goals.cpuRatio}), wall ${show(wall, 3)}; against Manim and then the ladder: wall ${show(manimWall, 3)} (goal 1); first playable after ${show(first, 1, " s")} (goal ${goals.firstPlayableSeconds} s)`,
  );
  return {
    "animation.cpuRatio": cpu.median,
    "animation.wallRatio": wall.median,
    "animation.wallRatioToManim": manimWall.median,
    "animation.firstPlayableSeconds": first.median,
  };
}
