/** A batch from its rows to its videos: measured, estimated, made, corrected, and compared with others. */

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createApiClient } from "../../embedded/render-files/api-client.ts";
import { readRowsFile } from "../../embedded/render-files/read-rows-file.ts";
import { renderRows } from "../../embedded/render-files/render-rows.ts";
import { plantFaults } from "../../src/batches/testing/plant-faults.ts";
import { eventually, type System, startSystem } from "../kit/index.ts";

const run = promisify(execFile);

let system: System;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "reelay-batch-"));
  const offersFile = join(folder, "offers.json");
  const studio = { name: "studio", provider: "local", vcpus: 2, wattsPerVcpu: 9, usdPerKwh: "40" };
  await writeFile(offersFile, JSON.stringify({ store: "google-cloud", offers: [studio] }));
  system = await startSystem({ offersFile });
  const isOnline = async () => expect(await system.db.worker.count()).toBeGreaterThan(0);
  await eventually(isOnline, "the worker is online", { timeoutMs: 60_000 });
});
afterAll(async () => {
  await system[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const SUMS = "rows durationMs speechCharacters cpuSeconds wallSeconds slotSeconds storedBytes";
const BATCH = `id status expectedEndAt counts { total valid invalid duplicate ready failed }
  estimate { ${SUMS} costs { offer cost { micros } } basis samples } taken { ${SUMS} cost { micros } } replacement { unchanged changed added missing deleted }
  rows(first: 20) { nodes { key line status title isMissing
    issues { severity line column code message } earlier { key }
    estimate { scenes copiedShare durationMs speechCharacters cpuSeconds wallSeconds storedBytes costs { cost { micros } } basis samples } taken { durationMs cpuSeconds cost { micros } }
    video { cost { total { micros } } id title status edition } error { code } } }`;

const ask = async (document: string, input: object) => {
  const { data, errors } = await system.client.ask(document, { input });
  expect(errors).toBeUndefined();
  return Object.values(data)[0] as { id: string };
};
const create = (source: string, more: object = {}) =>
  ask(
    `mutation ($input: CreateBatchInput!) { createBatch(input: $input) { ... on Batch { id } ... on Error { message } } }`,
    { ...settings, ...more, source: { csv: source } },
  );
const settings = {
  // Of pictures that take more than hundredths of a second, to which estimates are rounded.
  ...{ template: "quote", keyColumn: "id", height: 240, frameRate: 30, voice: { name: "NONE" } },
};

async function readUntil(id: string, ...statuses: string[]) {
  const read = async () => {
    const { data, errors } = await system.client.ask(`query ($id: ID!) { batch(id: $id) { ${BATCH} } }`, {
      id,
    });
    expect(errors).toBeUndefined();
    return data.batch;
  };
  await eventually(async () => expect(statuses).toContain((await read()).status), statuses.join(" or "), {
    timeoutMs: 120_000,
  });
  return await read();
}

/** Wide letters: they do not fit in any layout of the template. */
const long = "WWWWW ".repeat(98).trim();
const table = (...rows: string[]) => `id,quote,author\n${rows.join("\n")}\n`;

test("rows are measured before anything is made, and corrected at their addresses afterwards", async () => {
  const rows = ["1,Know yourself,Thales", `2,${long},Chilon`, "3,Nothing too much,Solon"];
  const first = await create(table(...rows), { maxActive: 1 });
  const checked = await readUntil(first.id, "CHECKED");
  expect(checked.counts).toMatchObject({ total: 3, valid: 2, invalid: 1 });
  const [one, two, three] = checked.rows.nodes;
  expect(two).toMatchObject({ status: "INVALID", video: null });
  expect(two.issues).toEqual([
    {
      ...{ severity: "ERROR", line: 3, column: "quote", code: "TEXT_TOO_LONG" },
      message: expect.stringMatching(/^The text does not fit .* about \d+ fit/),
    },
  ]);
  expect(one).toMatchObject({
    ...{ status: "VALID", issues: [] },
    estimate: { scenes: 1, speechCharacters: 0, basis: "DEFAULT" },
  });
  expect(one.estimate.cpuSeconds).toBeGreaterThan(0);
  expect(checked.estimate).toMatchObject({ rows: 2, basis: "DEFAULT" });
  expect(checked.estimate.durationMs).toBe(one.estimate.durationMs + three.estimate.durationMs);
  expect(checked.estimate.costs).toEqual([{ offer: "studio", cost: { micros: expect.any(Number) } }]);
  const estimatedMicros: number = checked.estimate.costs[0].cost.micros;
  expect(estimatedMicros).toBeGreaterThan(one.estimate.costs[0].cost.micros);
  expect([checked.taken, checked.expectedEndAt]).toEqual([null, null]);

  // Pictures are drawn when they are first asked for, also of texts that do not fit.
  const stills = async (): Promise<{ url: string; width: number; height: number }[]> => {
    const { data, errors } = await system.client.ask(
      `query ($id: ID!) { batch(id: $id) { rows(first: 10) { nodes { still { url width height } } } } }`,
      { id: first.id },
    );
    expect(errors).toBeUndefined();
    return data.batch.rows.nodes.map((row: { still: unknown }) => row.still);
  };
  await eventually(async () => expect(await stills()).not.toContain(null), "all rows have a picture");
  const drawn = await stills();
  expect(drawn).toEqual(await stills());
  expect(drawn).toMatchObject(Array.from({ length: 3 }, () => ({ width: 320, height: 180 })));
  const pictures = await Promise.all(drawn.map(async ({ url }) => await (await fetch(url)).arrayBuffer()));
  expect(new Set(pictures.map((picture) => Buffer.from(picture).toString("base64"))).size).toBe(3);

  await ask(
    `mutation ($input: StartBatchInput!) { startBatch(input: $input) { ... on Batch { id } ... on Error { message } } }`,
    { id: first.id },
  );
  const running = await readUntil(first.id, "RUNNING");
  const expectedMs = Date.parse(running.expectedEndAt) - Date.now();
  expect(expectedMs).toBeGreaterThan(0);
  // Nothing is finished, and one video is made after the other.
  expect(expectedMs / 1_000).toBeLessThan(1.5 * checked.estimate.slotSeconds);
  const made = await readUntil(first.id, "PARTIAL");
  expect(made.expectedEndAt).toBeNull();
  expect(made.counts).toMatchObject({ ready: 2, invalid: 1 });
  expect(made.taken).toMatchObject({ rows: 2, durationMs: expect.any(Number) });
  const sum = made.rows.nodes.reduce(
    (total: number, row: { taken: { cpuSeconds: number } | null }) => total + (row.taken?.cpuSeconds ?? 0),
    0,
  );
  expect(made.taken.cpuSeconds).toBeCloseTo(sum);
  // One after the other.
  expect(made.taken.wallSeconds).toBeGreaterThan(0.8 * made.taken.slotSeconds);
  expect(made.rows.nodes[0].estimate).toMatchObject({ basis: "DEFAULT", samples: 0 });
  // It was estimated again when the one before it was finished.
  expect(made.rows.nodes[2].estimate).toMatchObject({ basis: "MEASURED", samples: 1 });
  const charged = made.rows.nodes.reduce(
    (total: number, row: { video: { cost: { total: { micros: number } } } | null }) =>
      total + (row.video?.cost.total.micros ?? 0),
    0,
  );
  expect(charged).toBeGreaterThan(0);
  expect(made.taken.cost).toEqual({ micros: charged });
  expect(made.rows.nodes[0].taken.cost).toEqual(made.rows.nodes[0].video.cost.total);

  // An equal row of another batch is known, and the next estimate is learned from the finished ones.
  const second = await create(table("a,Know yourself,Thales", "b,Time is a sage,Thales"));
  const warned = await readUntil(second.id, "CHECKED");
  expect(warned.rows.nodes).toMatchObject([
    {
      ...{ status: "VALID", earlier: { key: "1" } },
      issues: [{ severity: "WARNING", line: 2, column: null, code: "ROW_MADE_BEFORE" }],
    },
    { status: "VALID", issues: [], earlier: null },
  ]);
  expect(warned.estimate).toMatchObject({ rows: 2, basis: "MEASURED", samples: 2 });
  // What a finished video shows already is copied, and only its sound is made.
  const [equal, other] = warned.rows.nodes.map((row: { estimate: object }) => row.estimate);
  expect([equal.copiedShare, other.copiedShare]).toEqual([1, 0]);
  expect(equal.cpuSeconds).toBeLessThan(other.cpuSeconds);
  const third = await create(table("a,Know yourself,Thales", "b,Time is a sage,Thales"), {
    duplicates: "SKIP",
  });
  const skipped = await readUntil(third.id, "CHECKED");
  expect(skipped.rows.nodes).toMatchObject([
    { status: "DUPLICATE", issues: [], earlier: { key: "1" }, estimate: null },
    { status: "VALID" },
  ]);

  await ask(
    `mutation ($input: ReplaceBatchRowsInput!) { replaceBatchRows(input: $input) { ... on Batch { id } ... on Error { message } } }`,
    {
      ...{ id: first.id, deleteMissing: true, start: true },
      source: { csv: table("1,Know yourself well,Thales") },
    },
  );
  const corrected = await readUntil(first.id, "SUCCEEDED");
  expect(corrected.replacement).toEqual({ unchanged: 0, changed: 1, added: 0, missing: 0, deleted: 1 });
  expect(corrected.rows.nodes).toMatchObject([
    {
      ...{ key: "1", status: "READY", title: "Know yourself well" },
      video: { id: made.rows.nodes[0].video.id, title: "Know yourself well", edition: 2 },
    },
  ]);
  // Its only scene was drawn again. The manifest needs no key, but its secret.
  const { data: links } = await system.client.ask(
    `query ($id: ID!) { batch(id: $id) { manifestUrl rows(first: 9) { nodes { changedScenes { index startMs origin } } } } }`,
    { id: first.id },
  );
  expect(links.batch.rows.nodes).toEqual([{ changedScenes: [{ index: 0, startMs: 0, origin: null }] }]);
  const { manifestUrl } = links.batch;
  const manifest = await (await fetch(manifestUrl)).json();
  expect(manifest).toMatchObject({ id: first.id, status: "SUCCEEDED", counts: { READY: 1 } });
  const listed = await (await fetch(new URL(manifest.rows, manifestUrl))).text();
  expect(listed).toContain("1,2,READY,Know yourself well,");
  for (const wrong of [manifestUrl.replace(/~./, "~"), manifestUrl.replace("manifest.json", "source")])
    expect([wrong, (await fetch(wrong)).status]).toEqual([wrong, 404]);

  const { data } = await system.client.ask(`query ($id: ID!) { video(id: $id) { status } }`, {
    id: made.rows.nodes[2].video.id,
  });
  expect(data.video).toBeNull();
}, 300_000);

test("of 49 kinds of faults, and texts that only a worker finds too wide, all are found with their lines and none is invented", async () => {
  const { id: workspaceId } = await system.db.workspace.findFirstOrThrow();
  await system.db.video.create({
    data: { workspaceId, title: "Other", externalId: "taken", profile: "default" },
  });
  const planted = plantFaults({ rows: 120, delimiter: "," });
  const right = planted.csv.trimEnd().split("\n");
  // As long as the schema allows, and wider than any layout.
  const option = "WWWWWW ".repeat(17).trim();
  const wide = [0, 1, 2].map(
    (at) => `wide-${at},Which is right in row ${at}?,${option},b,c,d,A,Quiz,,en,ocean,5,yes`,
  );
  const lines = wide.map((row) => `${row},,,,,,,,`);
  const { id } = await create(`${[...right, ...lines].join("\n")}\n`, {
    ...{ template: "quiz-classic", voice: null, height: null, frameRate: null },
  });
  const { counts } = await readUntil(id, "CHECKED");
  const batch = await system.db.batch.findFirstOrThrow({ orderBy: { createdAt: "desc" } });
  const found = await system.db.batchIssue.findMany({
    where: { batchId: batch.id },
    orderBy: { line: "asc" },
    select: { line: true, column: true, code: true },
  });
  const tooWide = lines.map((_, at) => ({
    line: right.length + 1 + at,
    column: "option1",
    code: "TEXT_TOO_LONG",
  }));
  const expected = [...planted.inRows, ...planted.inDatabase, ...tooWide];
  expect(found).toEqual(expected.toSorted((one, other) => one.line - other.line));
  expect(counts).toMatchObject({ total: 123, valid: 70, invalid: 52, duplicate: 1 });
}, 120_000);

test("the example prints issues, the estimate, and the address of each video", async () => {
  const file = join(folder, "sages.csv");
  await writeFile(file, table("1,Hear much,Bias", "2,,Nemo", "3,Honour the old,Chilon"));
  const program = run(process.execPath, ["examples/batch/make-batch.ts", file], {
    env: { ...process.env, REELAY_URL: system.api.url, REELAY_API_KEY: system.token },
  });
  const { code, stdout, stderr } = await program.then(
    (ended) => ({ ...ended, code: 0 }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
  expect(stderr).toMatch(/^ERROR line 3, quote: /m);
  expect(stderr).toMatch(/^estimated: \d+ s of video, /m);
  expect(stderr).toMatch(/^PARTIAL {2}2 ready, 0 running, 0 waiting, 0 failed$/m);
  expect(stderr).toMatch(/^took: \d+ s of video, /m);
  expect(code).toBe(1);
  const addresses = stdout.trim().split("\n");
  expect(addresses).toHaveLength(2);
  for (const address of addresses) expect(await (await fetch(address)).text()).toContain("#EXTM3U");
}, 300_000);

test("with --each-row, rows of a file that is too large for a request are uploaded", async () => {
  const path = join(folder, "large.csv");
  // Without quotes, so that nothing is made of them.
  const notes = Array.from({ length: 10 }, () => "n".repeat(9_900)).join(",");
  const columns = Array.from({ length: 10 }, (_, at) => `note${at}`).join(",");
  const lines = Array.from({ length: 10 }, () => `,${notes}`);
  await writeFile(path, `quote,${columns}\n${lines.join("\n")}\n`);
  const rows = await readRowsFile(path, "quote");
  if (typeof rows === "string") throw new Error(rows);
  expect(rows).toMatchObject({ csv: null, rows: 10 });
  const printed: string[] = [];
  const view = { print: (text: string) => printed.push(text), follow: () => Promise.reject(new Error()) };
  await using api = createApiClient({ graphql: `${system.api.url}/graphql`, apiKey: system.token });
  const signal = AbortSignal.timeout(60_000);
  expect(await renderRows(api, rows, view, signal)).toBe(false);
  expect(printed).toContain("large.csv: 0 of 10 rows become videos.");
}, 120_000);
