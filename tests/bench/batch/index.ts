import { plantFaults } from "../../../src/batches/testing/plant-faults.ts";
import type { BenchOptions, Figures } from "../conditions.ts";
import { cpuSecondsOf } from "../cpu-time.ts";
import { type Stage, startStage } from "../engine/stage.ts";
import { PeakMemory, residentBytes } from "../memory/process-tree.ts";
import { checkTable, uploadTable } from "./check-table.ts";
import { compareEstimates } from "./estimates.ts";

const goals = { checkSeconds: 20, largeMebibytes: 256 };
const MEBIBYTE = 1024 ** 2;

/**
 * Checks of batches by an API and one worker, each a process: rows of a quiz of which 45 have each another
 * fault that the API finds and three a text that only the worker finds too wide; then 10,000 right rows from
 * an uploaded file. Then the estimates of two batches are compared with what they took.
 */
export async function run(options: BenchOptions): Promise<Figures> {
  return { ...(await checkTables(options)), ...(await compareEstimates(options)) };
}

async function checkTables({ isShort, print }: BenchOptions): Promise<Figures> {
  await using stage = await startStage({ workers: [{}] });
  const faulty = await checkFaulty(stage, { rows: isShort ? 200 : 1_000, print });
  const large = await checkLarge(stage, { rows: isShort ? 1_000 : 10_000, print });
  return { ...faulty, ...large };
}

interface Part {
  rows: number;
  print: BenchOptions["print"];
}

async function checkFaulty(stage: Stage, { rows, print }: Part): Promise<Figures> {
  const { id: workspaceId } = await stage.db.workspace.findFirstOrThrow();
  await stage.db.video.create({
    data: { workspaceId, title: "Other", externalId: "taken", profile: "default" },
  });
  const planted = plantFaults({ rows, delimiter: "," });
  const { csv, wide } = addWideRows(planted.csv);
  const expected = [...planted.inRows, ...planted.inDatabase, ...wide].map(nameOf);
  const checked = await checkTable(stage, { template: "quiz-classic", keyColumn: "id", source: { csv } });
  const issues = await stage.db.batchIssue.findMany({
    where: { isWarning: false },
    orderBy: { position: "asc" },
  });
  const found = issues.map(nameOf);
  const missed = expected.filter((one) => !found.includes(one));
  const invented = found.filter((one) => !expected.includes(one));
  for (const one of missed) print(`batch: missed: ${one}`);
  for (const one of invented) print(`batch: invented: ${one}`);
  print(
    `batch: ${checked.total} rows with ${expected.length} faults: ${missed.length} missed, ${invented.length} invented; checked and measured after ${checked.seconds.toFixed(1)} s (goal ${goals.checkSeconds} s)`,
  );
  return {
    "batch.missed": missed.length,
    "batch.invented": invented.length,
    "batch.checkSeconds": checked.seconds,
  };
}

const nameOf = ({ line, column, code }: { line: number | null; column: string | null; code: string }) =>
  `line ${line}, ${column ?? "whole row"}: ${code}`;

/** Texts that the schema allows, and that are too wide in any layout. */
function addWideRows(csv: string): { csv: string; wide: { line: number; column: string; code: string }[] } {
  const option = "WWWWWW ".repeat(17).trim();
  const lines = csv.trimEnd().split("\n");
  const added = [0, 1, 2].map(
    (number) =>
      `wide-${number},Which is right in row ${number}?,${option},b,c,d,A,Quiz,,en,ocean,5,yes,,,,,,,,`,
  );
  const wide = added.map((_, at) => ({
    line: lines.length + 1 + at,
    column: "option1",
    code: "TEXT_TOO_LONG",
  }));
  return { csv: `${[...lines, ...added].join("\n")}\n`, wide };
}

async function checkLarge(stage: Stage, { rows, print }: Part): Promise<Figures> {
  const [workerPid = 0] = stage.workerPids;
  const rest = { api: await residentBytes(stage.apiPid), worker: await residentBytes(workerPid) };
  const cpuBefore = await cpuSecondsOf(stage.apiPid);
  using api = new PeakMemory(stage.apiPid);
  using worker = new PeakMemory(workerPid);
  const material = await uploadTable(stage, rows);
  const checked = await checkTable(stage, { template: "quote", keyColumn: "id", source: { material } });
  if (checked.valid !== rows) throw new Error(`Of ${rows} right rows, ${checked.valid} are valid.`);
  const cpuSeconds = (await cpuSecondsOf(stage.apiPid)).own - cpuBefore.own;
  const apiMebibytes = (api.peakBytes - rest.api) / MEBIBYTE;
  const workerMebibytes = (worker.peakBytes - rest.worker) / MEBIBYTE;
  print(
    `batch: ${rows} rows from a file: created after ${checked.createSeconds.toFixed(1)} s, checked and measured after ${checked.seconds.toFixed(1)} s; CPU of the API ${cpuSeconds.toFixed(1)} s; the API held ${apiMebibytes.toFixed(0)} MiB more than before (goal ${goals.largeMebibytes} MiB), the worker and its programs ${workerMebibytes.toFixed(0)} MiB`,
  );
  return {
    "batch.largeCheckSeconds": checked.seconds,
    "batch.largeApiCpuSeconds": cpuSeconds,
    "batch.largeApiMebibytes": apiMebibytes,
    "batch.largeWorkerMebibytes": workerMebibytes,
  };
}
