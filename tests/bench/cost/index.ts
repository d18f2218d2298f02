import { isRenderingJob } from "../../../src/database/index.ts";
import { keyOf } from "../../../src/inputs/index.ts";
import type { BenchOptions, Figures } from "../conditions.ts";
import { type Stage, startStage } from "../engine/stage.ts";
import {
  countdown,
  planAnimation,
  planDrawing,
  planUpload,
  questions,
  quotes,
  type Render,
} from "./renders.ts";

/** A quote within this part of the final figure is right. */
const RIGHT_WITHIN = 0.2;
/** Before anything is known of the machine, an order of magnitude. */
const ROUGHLY_WITHIN = 2;
const goals = { right: 0.8 };

const amounts = ["cpuSeconds", "wallSeconds", "micros"] as const;
type Amounts = Record<(typeof amounts)[number], number>;

/** Energy of the operator's own machines, so that money is not 0. */
const prices = { name: "studio", provider: "local", vcpus: 2, wattsPerVcpu: 9, usdPerKwh: "40" };

/**
 * Makes videos of mixed kinds with the whole system: two thirds of them to learn from, then quotes the
 * others, makes them, and compares. All are quoted before the first one, too: by the figures of the release.
 */
export async function run({ isShort, print }: BenchOptions): Promise<Figures> {
  const count = isShort ? 15 : 60;
  const learned = Math.floor((count * 2) / 3);
  await using stage = await startStage({ workers: [{}], offers: [prices] });
  const clip = await planUpload(stage, count);
  const [background = ""] = await makeAll(stage, [clip]);
  const renders = await planRenders(stage, { count, background });
  await stage.db.workSample.deleteMany();
  const defaults = await quoteAll(stage, renders);
  await makeAll(stage, renders.slice(0, learned));
  const rest = renders.slice(learned);
  const quoted = await quoteAll(stage, rest);
  const taken = await Promise.all((await makeAll(stage, rest)).map((id) => readTaken(stage, id)));

  for (const [index, { name }] of rest.entries()) {
    const [quote, took] = [quoted[index], taken[index]];
    if (!quote || !took) throw new Error("Each video is quoted and made.");
    print(
      `cost: ${name}: ${took.cpuSeconds.toFixed(2)} s CPU (quoted ${quote.cpuSeconds.toFixed(2)}, ${percent(quote.cpuSeconds / took.cpuSeconds - 1)}), ${took.wallSeconds.toFixed(2)} s in a slot (${percent(quote.wallSeconds / took.wallSeconds - 1)})`,
    );
  }
  const figures: Figures = {};
  for (const amount of amounts) {
    const ratios = (quotes: readonly Amounts[]): number[] =>
      taken.map((took, index) => (quotes[index]?.[amount] ?? 0) / took[amount]);
    const errors = ratios(quoted).map((ratio) => Math.abs(ratio - 1));
    const right = shareOf(errors, (error) => error <= RIGHT_WITHIN);
    const median = errors.toSorted((a, b) => a - b)[errors.length >> 1] ?? 0;
    const first = ratios(defaults.slice(learned));
    const roughly = shareOf(first, (ratio) => ratio >= 1 / ROUGHLY_WITHIN && ratio <= ROUGHLY_WITHIN);
    figures[`cost.${amount}Right`] = right;
    figures[`cost.${amount}MedianError`] = median;
    figures[`cost.${amount}DefaultRoughlyRight`] = roughly;
    print(
      `cost: ${amount}: of ${errors.length} quotes within ${RIGHT_WITHIN * 100} %: ${percent(right)} (goal ${percent(goals.right)}), median error ${percent(median)}; before anything was learned, within half and twice: ${percent(roughly)} (from ${percent(Math.min(...first))} to ${percent(Math.max(...first))} of what it took)`,
    );
  }
  return figures;
}

const percent = (part: number): string => `${(part * 100).toFixed(0)} %`;
const shareOf = (values: readonly number[], isRight: (value: number) => boolean): number =>
  values.filter(isRight).length / values.length;

/** The kinds in turns, each with another size, length and content. Without Manim there are no animations. */
async function planRenders(
  stage: Stage,
  { count, background }: { count: number; background: string },
): Promise<Render[]> {
  const workers = await stage.db.worker.findMany();
  const hasManim = JSON.stringify(workers).includes('"manim"');
  const upload = (index: number) => planUpload(stage, index);
  const turns: ((index: number, round: number) => Render | Promise<Render>)[] = [
    upload,
    (index, round) =>
      planDrawing(stage, round, { template: "quiz-classic", data: questions(index, 1 + (round % 3)) }),
    upload,
    (index, round) =>
      planDrawing(stage, round, { template: "quiz-shorts", data: questions(index, 1 + (round % 2)) }),
    upload,
    (index, round) =>
      planDrawing(stage, round, {
        ...{ template: "quiz-classic", data: questions(index, 1 + (round % 2)), clip: background },
      }),
    (index, round) => planDrawing(stage, round, { template: "quote", data: quotes(index) }),
    upload,
    (index, round) => planDrawing(stage, round, { template: "countdown", data: countdown(index) }),
    hasManim ? (_index, round) => planAnimation(stage, round) : upload,
  ];
  const renders: Render[] = [];
  for (let index = 0; index < count; index += 1) {
    const plan = turns[index % turns.length];
    if (plan !== undefined) renders.push(await plan(index, Math.floor(index / turns.length)));
  }
  return renders;
}

async function quoteAll(stage: Stage, renders: readonly Render[]): Promise<Amounts[]> {
  return await Promise.all(
    renders.map(async ({ quoted }) => {
      const { data, errors } = await stage.client.ask(
        `query ($input: EstimateRenderInput!) { estimateRender(input: $input) {
          offers { cost { likely { micros } } cpuSeconds { likely } doneSeconds { likely } } } }`,
        { input: quoted },
      );
      const offer = data?.estimateRender?.offers?.[0];
      if (!offer) throw new Error(JSON.stringify(errors ?? data));
      return {
        cpuSeconds: offer.cpuSeconds.likely,
        wallSeconds: offer.doneSeconds.likely,
        micros: offer.cost.likely.micros,
      };
    }),
  );
}

/** Creates videos, and waits until all are READY. Resolves to their ids. */
async function makeAll(stage: Stage, renders: readonly Render[]): Promise<string[]> {
  const ids: string[] = [];
  for (const { create } of renders) ids.push(await create());
  for (const [index, id] of ids.entries()) {
    const last = (await stage.client.watch(id)).at(-1);
    if (last.status !== "READY") throw new Error(`${renders[index]?.name}: ${JSON.stringify(last.error)}`);
  }
  return ids;
}

/** What the attempts that rendered it reported, and were charged. */
async function readTaken(stage: Stage, id: string): Promise<Amounts> {
  const { _sum: sum } = await stage.db.attempt.aggregate({
    where: { task: { job: { videoId: keyOf("Video", id) ?? "", ...isRenderingJob } } },
    _sum: {
      ...{ cpuSeconds: true, wallSeconds: true },
      ...{ computeMicros: true, objectsMicros: true, egressMicros: true },
    },
  });
  return {
    cpuSeconds: sum.cpuSeconds ?? 0,
    wallSeconds: sum.wallSeconds ?? 0,
    micros: [sum.computeMicros, sum.objectsMicros, sum.egressMicros].reduce(
      (all: number, each) => all + Number(each ?? 0),
      0,
    ),
  };
}
