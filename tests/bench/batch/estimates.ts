import { setTimeout as sleep } from "node:timers/promises";
import type { BenchOptions, Figures } from "../conditions.ts";
import { type Stage, startStage } from "../engine/stage.ts";
import { checkTable } from "./check-table.ts";

/** An estimate within this part of what a row took is right. */
const RIGHT_WITHIN = 0.25;
const goals = { right: 0.9 };

const amounts = ["cpuSeconds", "wallSeconds", "durationMs", "storedBytes", "speechCharacters"] as const;
type Amounts = Record<(typeof amounts)[number], number>;
const judged = [...amounts, "costMicros"] as const;
type Judged = Record<(typeof judged)[number], number>;

interface Row {
  key: string;
  estimate: Amounts & { costs: { cost: { micros: number } }[] };
  taken: (Amounts & { cost: { micros: number } }) | null;
}

/** Prices of a rented machine: without them, all costs are 0. */
const prices = { name: "studio", provider: "local", vcpus: 2, wattsPerVcpu: 9, usdPerKwh: "40" };

/**
 * Makes batches, and compares the estimates of each row with what it took: of a batch that no finished video
 * is known for, when it is checked and when its rows start; of one like it; and of one with another template
 * and size.
 */
export async function compareEstimates({ isShort, print }: BenchOptions): Promise<Figures> {
  const figures: Figures = {};
  const judge = (name: string, pairs: readonly { estimate: Judged; taken: Judged }[]): void => {
    const shares = judged.map((amount) => {
      const errors = pairs.map(({ estimate, taken }) => estimate[amount] / taken[amount] - 1);
      const right = errors.filter((error) => Math.abs(error) <= RIGHT_WITHIN).length / pairs.length;
      figures[`batch.${name}.${amount}Right`] = right;
      const percent = (part: number) => `${Math.round(part * 100)} %`;
      return `${amount} ${percent(right)} (from ${percent(Math.min(...errors))} to ${percent(Math.max(...errors))})`;
    });
    print(
      `batch: ${name}: of ${pairs.length} rows within ${RIGHT_WITHIN * 100} %: ${shares.join(", ")} (goal ${goals.right * 100} %)`,
    );
  };
  await using stage = await startStage({ workers: [{}], offers: [prices] });
  const count = isShort ? 4 : 12;
  for (const [name, input] of [
    ["first", quizzes("first", count)],
    ["learned", quizzes("learned", count)],
    ["other", quotes(count)],
  ] as const) {
    const { checked, ended, sums, ends } = await makeRows(stage, input);
    const taken = new Map(ended.map((row) => [row.key, toTaken(row)]));
    const pairs = (rows: readonly Row[]) =>
      rows.map((row) => {
        const own = taken.get(row.key);
        if (own === undefined) throw new Error(`The row ${row.key} has not ended.`);
        return { estimate: toEstimate(row), taken: own };
      });
    judge(name, pairs(checked));
    judge(`${name}.refined`, pairs(ended));
    for (const [part, off] of Object.entries(ends)) {
      figures[`batch.${name}.endAt${part}Error`] = off;
      print(
        `batch: ${name}: after ${part} of its time, the end was expected off by ${Math.round(off * 100)} % of what was left`,
      );
    }
    const error = sums.estimated / sums.taken - 1;
    figures[`batch.${name}.wholeWallError`] = error;
    print(
      `batch: ${name}: time of the whole batch estimated ${sums.estimated.toFixed(1)} s, took ${sums.taken.toFixed(1)} s (${Math.round(error * 100)} %)`,
    );
  }
  return figures;
}

const toEstimate = ({ estimate }: Row): Judged => ({
  ...estimate,
  costMicros: estimate.costs[0]?.cost.micros ?? 0,
});

function toTaken({ key, taken }: Row): Judged {
  if (taken === null) throw new Error(`The row ${key} is not READY.`);
  return { ...taken, costMicros: taken.cost.micros };
}

function quizzes(name: string, count: number): object {
  const lines = Array.from({ length: count }, (_, at) => {
    const more = " of the long list below".repeat(at % 5);
    return `${name}-${at},Which of these names${more} is the right one in row ${at} of the ${name} table?,Amber,Basalt,Cobalt,Dolomite,${"ABCD".charAt(at % 4)}`;
  });
  const csv = `id,question,option1,option2,option3,option4,answer\n${lines.join("\n")}\n`;
  return { template: "quiz-classic", keyColumn: "id", height: 360, source: { csv }, maxActive: 4 };
}

function quotes(count: number): object {
  const lines = Array.from({ length: count }, (_, at) => {
    const more = ", as all of us know".repeat(at % 4);
    return `other-${at},"Nothing is softer than water${more}, and nothing resists it, number ${at}.",Lao Tzu`;
  });
  const csv = `id,quote,author\n${lines.join("\n")}\n`;
  return { template: "quote", keyColumn: "id", height: 720, source: { csv }, maxActive: 4 };
}

const ROWS = `rows(first: 50) { nodes { key
  estimate { ${amounts.join(" ")} costs { cost { micros } } } taken { ${amounts.join(" ")} cost { micros } } } }`;

/** When the expected end is judged. */
const parts = { Tenth: 0.1, Third: 1 / 3, TwoThirds: 2 / 3 };

/** By how much of the time that was left the expected end was wrong, at some times. */
function judgeEnds(expected: readonly { at: number; endAt: number }[], startedAt: number, endedAt: number) {
  const judged = Object.entries(parts).flatMap(([name, part]) => {
    const last = expected.findLast(({ at }) => at <= startedAt + part * (endedAt - startedAt));
    return last === undefined ? [] : [[name, (last.endAt - endedAt) / (endedAt - last.at)] as const];
  });
  return Object.fromEntries(judged);
}

/** Resolves to the estimates of rows after the check, and to those before their start with what they took. */
async function makeRows(stage: Stage, input: object) {
  const { id } = await checkTable(stage, input);
  const read = async () => {
    const { data } = await stage.client.ask(
      `query ($id: ID!) { batch(id: $id) { status expectedEndAt estimate { wallSeconds } taken { wallSeconds } ${ROWS} } }`,
      { id },
    );
    return data.batch;
  };
  const before = await read();
  await stage.client.ask(
    "mutation ($id: ID!) { startBatch(input: { id: $id }) { ... on Error { message } } }",
    { id },
  );
  const startedAt = Date.now();
  const expected: { at: number; endAt: number }[] = [];
  for (;;) {
    const { status, rows, taken, expectedEndAt } = await read();
    if (expectedEndAt !== null) expected.push({ at: Date.now(), endAt: Date.parse(expectedEndAt) });
    if (status === "SUCCEEDED") {
      const sums = {
        estimated: Number(before.estimate.wallSeconds),
        taken: Number(taken.wallSeconds),
      };
      const ends = judgeEnds(expected, startedAt, Date.now());
      return { checked: before.rows.nodes as Row[], ended: rows.nodes as Row[], sums, ends };
    }
    if (status !== "RUNNING") throw new Error(`The batch ended as ${status}.`);
    await sleep(500);
  }
}
