import { checkBatch, type ExpectedRow, readFinished } from "../checks/check-batch.ts";
import { type Figure, info } from "../checks/figure.ts";
import { withDatabase } from "../database.ts";
import type { PlannedFault } from "../faults/fault.ts";
import { heal, injectFaults } from "../faults/inject-faults.ts";
import { createRandom } from "../random.ts";
import type { Stage } from "../stage.ts";
import { until } from "../until.ts";

export interface BatchSize {
  /** At least 14. */
  rows: number;
  maxActive: number;
  /** While rows are checked and first videos made, while the batch pauses, and once it is corrected. */
  kills: readonly [number, number, number];
}

const wholeBatch: BatchSize = { rows: 24, maxActive: 6, kills: [4, 2, 4] };
const WORK_MS = 360_000;
/** A task that lost three workers fails; its row is repeated, as its owner would. */
const MAX_RETRIES = 3;

/** Every sixth row lacks its quote. */
const planFirst = (count: number): Row[] =>
  Array.from({ length: count }, (_, at) => ({
    key: String(at),
    quote: at % 6 === 5 ? "" : `Saying number ${at}`,
  }));

/** Two faults are mended, two texts changed, and a row is added. */
const correct = (first: readonly Row[]): Row[] => [
  ...first.map(({ key, quote }, at) => ({
    key,
    quote:
      at === 5 || at === 11 ? `Mended saying ${at}` : at === 0 || at === 13 ? `${quote}, corrected` : quote,
  })),
  { key: "added", quote: "One more saying" },
];

const ANSWER = "{ __typename ... on Batch { id status } ... on Error { code message } }";
const CREATE = `mutation ($input: CreateBatchInput!) { createBatch(input: $input) ${ANSWER} }`;
const PAUSE = `mutation ($input: PauseBatchInput!) { pauseBatch(input: $input) ${ANSWER} }`;
const REPLACE = `mutation ($input: ReplaceBatchRowsInput!) { replaceBatchRows(input: $input) ${ANSWER} }`;
const RETRY = `mutation ($input: RetryBatchInput!) { retryBatch(input: $input) ${ANSWER} }`;
const READ = "query ($id: ID!) { batch(id: $id) { status counts { queued running ready failed } } }";

interface BatchOptions {
  seed: number;
  /** Default: 24 rows and ten kills. */
  batch?: BatchSize;
  signal: AbortSignal;
  print: (line: string) => void;
}

/**
 * A batch whose rows are checked, made, paused, corrected and made while API, workers, broker and Postgres
 * are killed again and again.
 */
export async function killBatch(
  stage: Stage,
  { seed, batch = wholeBatch, signal, print }: BatchOptions,
): Promise<Figure[]> {
  const { maxActive, kills } = batch;
  const first = planFirst(batch.rows);
  const second = correct(first);
  const { system, pool, tenants } = stage;
  const random = createRandom(seed).fork("batch");
  const token = tenants[0]?.token ?? "";
  const url = system.postgres.url;
  const mutate = async (document: string, input: object) => {
    const [result] = Object.values(await pool.ask(token, document, { input }, signal));
    return result as { __typename: string; id?: string; code?: string; message?: string };
  };
  const parts = [...system.apis, ...system.workers, system.broker, system.postgres].map(({ name }) => name);
  let deck: string[] = [];
  const kill = async (count: number): Promise<void> => {
    const plan: PlannedFault[] = [];
    for (let atMs = random.int(300, 2_000); plan.length < count; atMs += random.int(1_500, 5_000)) {
      if (deck.length === 0) deck = random.shuffle(parts);
      const part = deck.pop() ?? "";
      plan.push({ atMs, fault: { kind: "kill", part, downMs: random.int(300, 2_500) } });
    }
    await injectFaults(system, plan, { signal, print });
  };

  const created = await mutate(CREATE, {
    ...{ template: "quote", keyColumn: "id", height: 144, frameRate: 10, voice: { name: "NONE" } },
    ...{ maxActive, start: true, source: { csv: tableOf(first) } },
  });
  const { id } = created;
  if (id === undefined) throw new Error(`The batch was refused: ${created.code} ${created.message}`);
  const read = async () => {
    const { batch: present } = await pool.ask(token, READ, { id }, signal);
    const counts = present.counts as Record<"queued" | "running" | "ready" | "failed", number>;
    return { status: String(present.status), counts };
  };
  const limits = { timeoutMs: WORK_MS, signal };
  await kill(kills[0]);

  const isHalfMade = async () => (await read()).counts.ready >= maxActive;
  await until(isHalfMade, `${maxActive} rows are READY`, limits);
  const pausing = async () => print(`pause: ${(await mutate(PAUSE, { id })).code ?? "PAUSED"}`);
  await Promise.all([pausing(), kill(kills[1])]);
  const isQuiet = async () => {
    const { counts } = await read();
    return counts.queued + counts.running === 0;
  };
  await until(isQuiet, "requested videos of the paused batch have ended", limits);
  const before = await withDatabase(url, readFinished);
  const untouched = before.filter((row) => quoteOf(first, row.key) === quoteOf(second, row.key));
  print(`paused with ${before.length} READY rows, of which ${untouched.length} do not change`);

  const correcting = async () => {
    const { code, message } = await mutate(REPLACE, { id, source: { csv: tableOf(second) }, start: true });
    // Its first answer was lost.
    if (code !== undefined && code !== "BATCH_RUNNING") throw new Error(`${code}: ${message}`);
  };
  await Promise.all([correcting(), kill(kills[2])]);
  await heal(system);
  let retries = 0;
  for (; ; retries += 1) {
    const hasEnded = async () => ["SUCCEEDED", "PARTIAL"].includes((await read()).status);
    await until(hasEnded, "the batch ends", limits);
    if ((await read()).counts.failed === 0 || retries === MAX_RETRIES) break;
    await mutate(RETRY, { id });
  }
  return [
    info("kills", kills[0] + kills[1] + kills[2]),
    info("rows READY when the batch was corrected", before.length),
    info("rounds of repeated rows whose tasks lost three workers", retries),
    ...(await withDatabase(url, (db) => checkBatch(db, { expected: validOf(second), untouched }))),
  ];
}

interface Row {
  key: string;
  quote: string;
}

const validOf = (rows: readonly Row[]): ExpectedRow[] =>
  rows.filter(({ quote }) => quote !== "").map(({ key, quote }) => ({ key, title: quote }));

const quoteOf = (rows: readonly Row[], key: string): string | undefined =>
  rows.find((row) => row.key === key)?.quote;

const tableOf = (rows: readonly Row[]): string =>
  `id,quote,author\n${rows.map(({ key, quote }) => `${key},"${quote}",Anonymous`).join("\n")}\n`;
