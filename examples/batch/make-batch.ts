/**
 * Makes a video of each row of a CSV: prints what is wrong with the rows, what the others are estimated to
 * take, and the address of each video as soon as it is ready. With `npm start` running, in the root of the
 * clone:
 *
 *     REELAY_API_KEY=$(cat .reelay/api-key) npx node examples/batch/make-batch.ts examples/batch/quotes.csv
 *
 * Addresses go to stdout, everything else to stderr. Ends with 1 unless every row became a video.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { createClient } from "graphql-ws";

const { REELAY_URL = "http://127.0.0.1:4000", REELAY_API_KEY } = process.env;
const [path, template = "quote"] = process.argv.slice(2);
if (path === undefined || REELAY_API_KEY === undefined) {
  console.error("Usage: REELAY_API_KEY=rk_… [REELAY_URL=http://…] node make-batch.ts FILE.csv [TEMPLATE]");
  process.exit(2);
}

const CREATE = `mutation ($input: CreateBatchInput!) {
  createBatch(input: $input) {
    ... on Batch { id }
    ... on InvalidTableError { line column }
    ... on Error { code message }
  }
}`;

/** \`after\` continues where a lost connection ended. */
const FOLLOW = `subscription ($id: ID!, $after: String) {
  batchProgress(id: $id, after: $after) {
    cursor
    batch {
      status
      counts { total valid invalid duplicate queued running ready failed }
      issues(first: 100) { nodes { line column severity message } }
      estimate { durationMs cpuSeconds wallSeconds storedBytes }
      taken { durationMs cpuSeconds wallSeconds storedBytes }
    }
    rows { line title status video { playback { hlsUrl } } error { message } }
  }
}`;

interface Takes {
  durationMs: number;
  cpuSeconds: number;
  wallSeconds: number;
  storedBytes: number;
}

interface Progress {
  cursor: string;
  batch: {
    status: string;
    counts: Record<string, number>;
    issues: { nodes: { line: number; column: string | null; severity: string; message: string }[] };
    estimate: Takes | null;
    taken: Takes | null;
  };
  rows: {
    line: number;
    title: string;
    status: string;
    video: { playback: { hlsUrl: string } | null } | null;
    error: { message: string } | null;
  }[];
}

// Queries, mutations and subscriptions share one socket, which is opened again when it is lost.
const client = createClient({
  url: `${REELAY_URL.replace(/^http/, "ws")}/graphql`,
  connectionParams: { authorization: `Bearer ${REELAY_API_KEY}` },
});

try {
  process.exitCode = (await makeBatch(path)) ? 0 : 1;
} catch (error) {
  console.error(`${path}: ${error instanceof Error ? error.message : JSON.stringify(error)}`);
  process.exitCode = 1;
} finally {
  await client.dispose();
}

async function makeBatch(file: string): Promise<boolean> {
  const csv = await readFile(file, "utf8");
  // The same file again is the same batch, so an interrupted program can be started again.
  const idempotencyKey = createHash("sha256").update(`${template}\n${csv}`).digest("hex");
  const input = { title: basename(file), template, source: { csv }, start: true, idempotencyKey };
  for await (const answer of client.iterate<{ createBatch: Created }>({
    query: CREATE,
    variables: { input },
  })) {
    const { id, code, message, line } = dataOf(answer).createBatch;
    if (id !== undefined) return await follow(id);
    throw new Error(`${line == null ? "" : `line ${line}: `}${message} (${code})`);
  }
  throw new Error("The API did not answer.");
}

interface Created {
  id?: string;
  code?: string;
  message?: string;
  line?: number | null;
}

/** Resolves to whether every row became a video. */
async function follow(id: string): Promise<boolean> {
  let isChecked = false;
  const printed = new Set<number>();
  const changes = client.iterate<{ batchProgress: Progress }>({ query: FOLLOW, variables: { id } });
  for await (const change of changes) {
    const { batch, rows } = dataOf(change).batchProgress;
    const { status, counts, issues, estimate, taken } = batch;
    if (!isChecked && status !== "CHECKING") {
      isChecked = true;
      for (const { line, column, severity, message } of issues.nodes)
        console.error(`${severity} line ${line}${column === null ? "" : `, ${column}`}: ${message}`);
      if (estimate) console.error(`estimated: ${describe(estimate)}`);
    }
    for (const { line, title, status: own, video, error } of rows) {
      if (printed.has(line)) continue;
      if (own === "READY") console.log(video?.playback?.hlsUrl);
      else if (own === "FAILED") console.error(`FAILED line ${line}, ${title}: ${error?.message}`);
      else continue;
      printed.add(line);
    }
    const { ready = 0, failed = 0, running = 0, queued = 0, valid = 0 } = counts;
    console.error(
      `${status}  ${ready} ready, ${running} running, ${queued + valid} waiting, ${failed} failed`,
    );
    if (!["SUCCEEDED", "PARTIAL", "CANCELED", "FAILED"].includes(status)) continue;
    if (taken) console.error(`took: ${describe(taken)}`);
    return status === "SUCCEEDED";
  }
  throw new Error("The batch was deleted.");
}

function describe({ durationMs, cpuSeconds, wallSeconds, storedBytes }: Takes): string {
  const seconds = (value: number) => `${value.toFixed(0)} s`;
  const [video, processor] = [seconds(durationMs / 1_000), seconds(cpuSeconds)];
  return `${video} of video, ${processor} of processor time, ${seconds(wallSeconds)} in all, ${(storedBytes / 1e6).toFixed(1)} MB`;
}

interface Answer<Data> {
  data?: Data | null | undefined;
  errors?: readonly { message: string }[] | undefined;
}

function dataOf<Data>({ data, errors }: Answer<Data>): NonNullable<Data> {
  if (data) return data;
  throw new Error(errors?.map(({ message }) => message).join("\n") ?? "The API sent no data.");
}
