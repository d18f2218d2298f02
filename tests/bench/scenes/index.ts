import { availableParallelism } from "node:os";
import { keyOf } from "../../../src/inputs/global-id.ts";
import { documents } from "../../kit/api-client.ts";
import { readQuestions } from "../composition/read-questions.ts";
import type { BenchOptions, Figures } from "../conditions.ts";
import { cpuSecondsOf } from "../cpu-time.ts";
import { createBenchProfile } from "../engine/index.ts";
import { type Stage, startStage } from "../engine/stage.ts";
import { pinToFirstCore } from "../scale/pin.ts";
import { show, summarize } from "../statistics.ts";

const goals = { speed: 1.7, cpuRatio: 1.05 };

interface Rendered {
  /** From the answer of `createVideo` until the video is ready. */
  wallSeconds: number;
  /** Until it is playable. */
  playableSeconds: number;
  /** Of the workers and of what they start meanwhile. */
  cpuSeconds: number;
  /** Attempts of the job. */
  attempts: number;
}

/**
 * One quiz on one worker that has one core, and on two workers that have one core each, in turns. API,
 * database and broker run on the first worker's core in both, as in the bench `scale`.
 */
export async function run({ isShort, print }: BenchOptions): Promise<Figures> {
  if (availableParallelism() < 2) {
    print("scenes: this machine has one core; two are needed");
    return {};
  }
  using _pinned = pinToFirstCore();
  const questions = await readQuestions(isShort ? 5 : 10);
  const rounds = isShort ? 1 : 3;
  const rows: { one: Rendered; two: Rendered }[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const one = await renderQuiz([{ cores: "0" }], questions);
    const two = await renderQuiz([{ cores: "0" }, { cores: "1" }], questions);
    rows.push({ one, two });
    print(`scenes: round ${round}: one worker ${describe(one)}; two ${describe(two)}`);
  }
  const speed = summarize(rows.map(({ one, two }) => one.wallSeconds / two.wallSeconds));
  const cpuRatio = summarize(rows.map(({ one, two }) => two.cpuSeconds / one.cpuSeconds));
  const playable = summarize(rows.map(({ one, two }) => two.playableSeconds / one.playableSeconds));
  print(
    `scenes: ${questions.length} questions on two workers of one core each are ready ${show(speed)} times as fast as on one (goal ${goals.speed}), with ${show(cpuRatio, 3)} of the CPU time (goal ${goals.cpuRatio}), and playable after ${show(playable)} of the time`,
  );
  return {
    "scenes.twoWorkers": speed.median,
    "scenes.cpuRatio": cpuRatio.median,
    "scenes.playableRatio": playable.median,
  };
}

const describe = ({ wallSeconds, playableSeconds, cpuSeconds, attempts }: Rendered): string =>
  `${wallSeconds.toFixed(1)} s (playable after ${playableSeconds.toFixed(1)} s), ${cpuSeconds.toFixed(1)} s CPU, ${attempts} attempts`;

/** Six rungs of 1080p30, on workers that have made a short quiz of other questions each. */
export async function renderQuiz(
  workers: readonly { cores?: string }[],
  questions: readonly object[],
): Promise<Rendered> {
  const env = { SPEECH: "flite" };
  await using stage = await startStage({ workers: workers.map((worker) => ({ ...worker, env })) });
  await createBenchProfile(stage);
  const others = (await readQuestions(questions.length + workers.length)).slice(questions.length);
  await Promise.all(others.map((question) => render(stage, [question])));
  const before = await readCpu(stage);
  const startedAt = performance.now();
  const videoId = await render(stage, questions);
  const wallSeconds = (performance.now() - startedAt) / 1_000;
  const { createdAt, playableAt } = await stage.db.video.findUniqueOrThrow({ where: { id: videoId } });
  const after = await readCpu(stage);
  const { _count: attempts, _sum: sum } = await stage.db.attempt.aggregate({
    where: { task: { job: { videoId } } },
    _count: true,
    _sum: { cpuSeconds: true },
  });
  // The kernel does not pass on all of what a jail's processes used.
  const children = Math.max(sum.cpuSeconds ?? 0, after.children - before.children);
  return {
    ...{ wallSeconds, attempts },
    playableSeconds: (Number(playableAt) - Number(createdAt)) / 1_000,
    cpuSeconds: after.own - before.own + children,
  };
}

/** Resolves with the video's id once it is ready. */
async function render({ client }: Stage, questions: readonly object[]): Promise<string> {
  const input = {
    ...{ title: "Quiz", profile: "bench" },
    source: { template: { template: "quiz-classic", data: { questions } } },
  };
  const { data, errors } = await client.ask(documents.createVideo, { input });
  const id: string | undefined = data?.createVideo.id;
  if (id === undefined) throw new Error(JSON.stringify(errors ?? data));
  const { status, error } = (await client.watch(id)).at(-1);
  if (status !== "READY") throw new Error(`the quiz ended as ${status}: ${error?.message}`);
  return keyOf("Video", id) ?? "";
}

async function readCpu({ workerPids }: Stage): Promise<{ own: number; children: number }> {
  const all = await Promise.all(workerPids.map((pid) => cpuSecondsOf(pid)));
  return {
    own: all.reduce((sum, { own }) => sum + own, 0),
    children: all.reduce((sum, { children }) => sum + children, 0),
  };
}
