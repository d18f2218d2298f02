import { setTimeout as sleep } from "node:timers/promises";
import type { BenchOptions, Figures } from "../conditions.ts";
import { type Stage, startStage } from "../engine/stage.ts";
import { checkTable } from "./check-table.ts";

/** An estimate within this part of what a row took is right. */
const RIGHT_WITHIN = 0.25;
const goals = { right: 0.9 };

const amounts = ["cpuSeconds", "wallSeconds", "durationMs", "storedBytes"] as const;
type Amounts = Record<(typeof amounts)[number], number>;

/** Makes two batches of quizzes: one that no finished video is known for, and one that learns from it. */
export async function compareEstimates({ isShort, print }: BenchOptions): Promise<Figures> {
  await using stage = await startStage({ workers: [{}] });
  const count = isShort ? 4 : 12;
  const figures: Figures = {};
  for (const name of ["first", "learned"]) {
    const rows = await makeQuizzes(stage, name, count);
    const shares = amounts.map((amount) => {
      const errors = rows.map(({ estimate, taken }) => estimate[amount] / taken[amount] - 1);
      const right = errors.filter((error) => Math.abs(error) <= RIGHT_WITHIN).length / rows.length;
      figures[`batch.${name}.${amount}Right`] = right;
      const percent = (part: number) => `${Math.round(part * 100)} %`;
      return `${amount} ${percent(right)} (from ${percent(Math.min(...errors))} to ${percent(Math.max(...errors))})`;
    });
    print(
      `batch: ${name} batch of ${count} quizzes: rows whose estimate is within ${RIGHT_WITHIN * 100} %: ${shares.join(", ")} (goal ${goals.right * 100} %)`,
    );
  }
  return figures;
}

/** Resolves to what each row was estimated to take, and took. */
async function makeQuizzes(
  stage: Stage,
  name: string,
  count: number,
): Promise<{ estimate: Amounts; taken: Amounts }[]> {
  const lines = Array.from({ length: count }, (_, at) => {
    const more = " of the long list below".repeat(at % 5);
    return `${name}-${at},Which of these names${more} is the right one in row ${at} of the ${name} table?,Amber,Basalt,Cobalt,Dolomite,${"ABCD".charAt(at % 4)}`;
  });
  const csv = `id,question,option1,option2,option3,option4,answer\n${lines.join("\n")}\n`;
  const { id } = await checkTable(stage, {
    ...{ template: "quiz-classic", keyColumn: "id", height: 360, source: { csv }, maxActive: 4 },
  });
  await stage.client.ask(
    "mutation ($id: ID!) { startBatch(input: { id: $id }) { ... on Error { message } } }",
    { id },
  );
  for (;;) {
    const { data } = await stage.client.ask(
      `query ($id: ID!) { batch(id: $id) { status
        rows(first: 50) { nodes { key status estimate { ${amounts.join(" ")} } taken { ${amounts.join(" ")} } } } } }`,
      { id },
    );
    const { status, rows } = data.batch;
    if (status === "SUCCEEDED") return rows.nodes;
    if (status !== "RUNNING") throw new Error(`The batch ended as ${status}.`);
    await sleep(500);
  }
}
