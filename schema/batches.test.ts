/** Batches, as clients create, check, run and watch them. */
import { randomUUID } from "node:crypto";
import { text } from "node:stream/consumers";
import { batchRowStatuses, batchRowTransitions, batchStatuses, batchTransitions } from "@reelay/contracts";
import { readCsv } from "@reelay/tables";
import { createClient } from "graphql-ws";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { workOnBatches } from "../src/batches/index.ts";
import { plantFaults } from "../src/batches/testing/plant-faults.ts";
import { encodeGlobalId, keyOf } from "../src/inputs/global-id.ts";
import { workerRow } from "../src/testing/fleet-rows.ts";
import { createTestContext } from "../src/testing/test-context.ts";
import { eventually } from "../tests/kit/index.ts";
import { createTestApi, type TestApi } from "./testing/test-api.ts";

let api: TestApi;
let work: () => Promise<number>;
beforeAll(async () => {
  api = await createTestApi();
  const { db, log, store, clock } = api;
  const { operations } = createTestContext({ db, log, store, live: api.live, clock });
  work = () => workOnBatches(operations);
});
afterAll(() => api[Symbol.asyncDispose]());

const COUNTS = "total valid invalid duplicate queued running ready failed canceled";
const ROW =
  "id key line lines status title data duplicateOfLine issues { line column code message } video { id title externalId } error { code }";
const BATCH = `__typename ... on Batch {
    id title status template { name version } columns { field column } groupBy keyColumn progress waitReason
    counts { ${COUNTS} } rows(first: 100) { totalCount nodes { ${ROW} } } issues(first: 100) { totalCount nodes { line column code message } }
    error { code } checkedAt startedAt endedAt
  }`;
const ERRORS =
  "... on Error { code message } ... on InvalidTableError { field line column } ... on InvalidInputError { field }";

async function create(input: object, token?: string) {
  const document = `mutation ($input: CreateBatchInput!) { createBatch(input: $input) { ${BATCH} ${ERRORS} ... on InvalidDataError { dataIssues: issues { path } } } }`;
  const { data, errors } = await api.ask(document, { input: { template: "quote", ...input } }, token);
  expect(errors).toBeUndefined();
  return data.createBatch;
}
async function act(name: string, input: object, token?: string) {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const selection = name === "deleteBatch" ? "... on DeletedBatch { deletedId }" : BATCH;
  const document = `mutation ($input: ${type}!) { ${name}(input: $input) { __typename ${selection} ... on Error { code message } } }`;
  const { data, errors } = await api.ask(document, { input }, token);
  expect(errors).toBeUndefined();
  return data[name];
}
async function read(id: string, token?: string) {
  const { data, errors } = await api.ask(`query ($id: ID!) { batch(id: $id) { ${BATCH} } }`, { id }, token);
  expect(errors).toBeUndefined();
  return data.batch;
}
/** Videos end as the projector would write it. */
async function endVideos(batchId: string, end: "READY" | "FAILED", take = 100): Promise<void> {
  const rows = await api.db.batchRow.findMany({
    where: { batchId: keyOf("Batch", batchId) ?? "", status: { in: ["QUEUED", "RUNNING"] } },
    orderBy: { position: "asc" },
    take,
  });
  const error = { code: "BROKEN", message: "It broke.", scope: "WORKER", retriable: true };
  for (const { videoId } of rows) {
    const id = videoId ?? "";
    const job = { status: end === "READY" ? "SUCCEEDED" : "FAILED", endedAt: new Date() } as const;
    await api.db.job.updateMany({
      where: { videoId: id, endedAt: null },
      data: { ...job, ...(end === "FAILED" && { error }) },
    });
    const since = end === "READY" ? { playableAt: new Date(), readyAt: new Date() } : { error };
    await api.db.video.update({ where: { id }, data: { status: end, ...since } });
  }
}

const csv = [
  "id;quote;author;theme",
  '1;"Know\nyourself";Thales;violet',
  "2;Nothing too much;Solon;pink",
  "3;Short;Someone",
  ";Measure is best;Cleobulus;ocean",
  "5;Nothing too much;Solon;",
  "6;Nothing too much;Solon;",
].join("\n");

test("every row is checked with its line, column and remedy, and nothing is made before the start", async () => {
  const input = { source: { csv }, keyColumn: "id", idempotencyKey: "one" };
  const created = await create(input);
  expect(created).toMatchObject({
    ...{ status: "CHECKING", title: "Quotes", template: { name: "quote", version: 1 }, keyColumn: "id" },
    columns: [
      { field: "quotes.quote", column: "quote" },
      { field: "quotes.author", column: "author" },
      { field: "theme", column: "theme" },
    ],
    ...{ checkedAt: null, startedAt: null, endedAt: null },
  });
  expect((await create(input)).id).toBe(created.id);
  await work();
  const batch = await read(created.id);
  expect(batch).toMatchObject({
    ...{ status: "CHECKED", progress: 0, counts: { total: 6, valid: 2, invalid: 3, duplicate: 1 } },
    issues: {
      totalCount: 3,
      nodes: [
        {
          line: 4,
          column: "theme",
          code: "VALUE_NOT_ALLOWED",
          message: expect.stringContaining('it is "pink"'),
        },
        { line: 5, column: null, code: "ROW_TOO_SHORT" },
        { line: 6, column: "id", code: "KEY_MISSING" },
      ],
    },
  });
  expect(
    batch.rows.nodes.map(({ line, key, status }: { line: number; key: string; status: string }) => [
      line,
      key,
      status,
    ]),
  ).toEqual([
    [2, "1", "VALID"],
    [4, "2", "INVALID"],
    [5, "3", "INVALID"],
    [6, "", "INVALID"],
    [7, "5", "VALID"],
    [8, "6", "DUPLICATE"],
  ]);
  expect(batch.rows.nodes[0]).toMatchObject({
    title: "Know yourself",
    data: { theme: "violet", quotes: [{ quote: "Know\nyourself", author: "Thales" }] },
  });
  expect(batch.rows.nodes[5]).toMatchObject({ duplicateOfLine: 7 });
  expect(await api.db.video.count()).toBe(0);
  const exported = await api.ask(
    "query ($id: ID!) { exportBatchRows(id: $id, onlyWithIssues: true) }",
    { id: created.id },
    api.ours.read,
  );
  const table = readCsv(exported.data.exportBatchRows);
  expect(table.columns).toEqual(["id", "quote", "author", "theme", "issues"]);
  expect(table.rows.map(({ cells }) => [cells[0], cells[4]])).toEqual([
    ["2", expect.stringContaining("theme: Expected one of")],
    ["3", expect.stringContaining("The header names 4 columns")],
    ["", expect.stringContaining("id: The row has no key")],
  ]);
  const filtered = await api.ask(
    `query ($id: ID!) { batch(id: $id) { rows(first: 1, filter: { status: [VALID], search: "nothing" }) { totalCount nodes { line } }
      issues(filter: { codes: ["KEY_MISSING"], column: "id" }) { totalCount } } batches { nodes { id } } }`,
    { id: created.id },
    api.ours.read,
  );
  expect(filtered.data).toMatchObject({
    batch: { rows: { totalCount: 1, nodes: [{ line: 7 }] }, issues: { totalCount: 1 } },
    batches: { nodes: [{ id: created.id }] },
  });
  expect((await api.db.event.findMany({ where: { type: "batch.checked" } }))[0]?.data).toEqual({
    ...{ batchId: created.id, total: 6, valid: 2, invalid: 3, duplicate: 1 },
  });
});

test("a started batch makes a video of each valid row, within its limit and the quota, and follows them", async () => {
  const rows = Array.from({ length: 6 }, (_, at) => ({ quote: `Saying ${at}`, id: `ext-${at}` }));
  const source = { json: JSON.stringify(rows) };
  const columns = [{ field: "video.externalId", column: "id" }];
  const { id } = await create({ source, columns, maxActive: 2, tags: ["a"], start: true });
  await work();
  const seen = async () => {
    const { status, counts, waitReason } = await read(id);
    return { status, waitReason, ...counts };
  };
  expect(await seen()).toMatchObject({ status: "RUNNING", valid: 4, queued: 2, ready: 0 });
  const [job] = await api.db.job.findMany({
    where: { priority: "BULK", video: { title: "Saying 0" } },
    include: { video: true },
  });
  expect(job?.video).toMatchObject({ title: "Saying 0", externalId: "ext-0", tags: ["a"] });
  await api.db.job.updateMany({ data: { status: "RUNNING", startedAt: new Date() } });
  expect(await seen()).toMatchObject({ queued: 0, running: 2 });
  expect(await act("pauseBatch", { id })).toMatchObject({ status: "PAUSED" });
  await endVideos(id, "READY");
  await work();
  expect(await seen()).toMatchObject({ status: "PAUSED", valid: 4, ready: 2 });
  await api.db.workspace.update({ where: { id: api.ours.id }, data: { maxActiveJobs: 1 } });
  expect(await act("resumeBatch", { id })).toMatchObject({ status: "RUNNING" });
  await work();
  expect(await seen()).toMatchObject({
    ...{ valid: 3, queued: 1, ready: 2, failed: 0 },
    waitReason: expect.stringContaining("may have 1"),
  });
  await api.db.workspace.update({ where: { id: api.ours.id }, data: { maxActiveJobs: null } });
  // A quota is asked for again after the time that it named.
  api.advance(60_000);
  await work();
  expect(await seen()).toMatchObject({ waitReason: null, valid: 2, queued: 2 });
  await endVideos(id, "FAILED", 1);
  await work();
  await endVideos(id, "READY");
  await work();
  await endVideos(id, "READY");
  await work();
  expect(await read(id)).toMatchObject({ status: "PARTIAL", progress: 1, counts: { ready: 5, failed: 1 } });
  const failed = (await read(id)).rows.nodes.find(({ status }: { status: string }) => status === "FAILED");
  expect(failed).toMatchObject({ line: 3, error: { code: "BROKEN" }, video: { title: "Saying 2" } });

  expect(await act("retryBatch", { id })).toMatchObject({
    status: "RUNNING",
    endedAt: null,
    counts: { valid: 1 },
  });
  await work();
  expect(await seen()).toMatchObject({ status: "RUNNING", valid: 0, queued: 1 });
  await endVideos(id, "READY");
  await work();
  expect(await read(id)).toMatchObject({ status: "SUCCEEDED", counts: { ready: 6, failed: 0 } });
  expect(await api.db.video.count({ where: { batchRows: { some: {} } } })).toBe(6);
  const finished = await api.db.event.findMany({ where: { type: "batch.finished" }, orderBy: { id: "asc" } });
  expect(finished.map(({ data }) => data)).toEqual([
    { batchId: id, status: "PARTIAL", ready: 5, failed: 1 },
    { batchId: id, status: "SUCCEEDED", ready: 6 },
  ]);
  const key = keyOf("Batch", id) ?? "";
  const stored = async (name: string) => await text((await api.store.read(`batches/${key}/${name}`)).body);
  expect(JSON.parse(await stored("manifest.json"))).toMatchObject({
    id,
    status: "SUCCEEDED",
    counts: { READY: 6 },
  });
  const { data: linked } = await api.ask("query ($id: ID!) { batch(id: $id) { manifestUrl } }", { id });
  expect(linked.batch.manifestUrl).toMatch(
    new RegExp(`/batch-manifests/~[\\w-]{32}/${key}/manifest\\.json$`),
  );
  const [row] = readCsv(await stored("rows.csv")).rows;
  const master = `http://store/videos/${job?.videoId}/manifest/master.m3u8`;
  expect(row?.cells.slice(1)).toEqual([
    "1",
    "READY",
    "Saying 0",
    encodeGlobalId("Video", job?.videoId ?? ""),
    master,
    "",
  ]);
  expect(await act("retryBatch", { id })).toMatchObject({ code: "NOTHING_TO_RETRY" });
  expect(await act("startBatch", { id })).toMatchObject({ code: "BATCH_ENDED" });
});

test("a row that is refused fails alone, and a canceled batch ends its jobs", async () => {
  const source = { csv: "quote,video.externalId\nOne,taken\nTwo,free\nThree,last\n" };
  const { id } = await create({ source, maxActive: 2 });
  await work();
  await api.db.video.create({
    data: { workspaceId: api.ours.id, title: "Other", externalId: "taken", profile: "default" },
  });
  await act("startBatch", { id });
  await work();
  expect(await read(id)).toMatchObject({ counts: { failed: 1, queued: 2 } });
  const [, second] = (await read(id)).rows.nodes;
  await api.db.video.delete({ where: { id: keyOf("Video", second.video.id) ?? "" } });
  expect(await act("cancelBatch", { id })).toMatchObject({ status: "CANCELED" });
  await work();
  const { rows } = await read(id);
  expect(rows.nodes).toMatchObject([
    { status: "FAILED", error: { code: "EXTERNAL_ID_TAKEN" }, video: null },
    { status: "CANCELED", video: null },
    { status: "CANCELED", video: { externalId: "last" } },
  ]);
  await api.db.video.deleteMany({ where: { externalId: "taken" } });
  expect(await act("retryBatch", { id, statuses: ["FAILED", "CANCELED"] })).toMatchObject({
    counts: { valid: 3 },
  });
  await work();
  expect(await read(id)).toMatchObject({ status: "RUNNING", counts: { queued: 2, valid: 1 } });
  await endVideos(id, "READY");
  await work();
  await endVideos(id, "READY");
  await work();
  expect(await read(id)).toMatchObject({ status: "SUCCEEDED", counts: { ready: 3 } });
  expect(await act("deleteBatch", { id })).toEqual({ __typename: "DeletedBatch", deletedId: id });
  expect(await read(id)).toBeNull();
  expect(await api.db.video.count({ where: { externalId: { in: ["taken", "free", "last"] } } })).toBe(3);
});

test("of 49 kinds of faults in 1,000 rows all are reported with their lines and columns, and none is invented", async () => {
  const planted = plantFaults({ rows: 1_000, delimiter: ";" });
  const taken = { workspaceId: api.ours.id, title: "Other", externalId: "taken", profile: "default" };
  const where = { workspaceId_externalId: { workspaceId: api.ours.id, externalId: "taken" } };
  await api.db.video.upsert({ where, create: taken, update: {} });
  const now = api.clock();
  const voices = [{ id: "slt", name: "slt", language: "en", engine: "flite" }];
  await api.db.worker.create({ data: workerRow("speaks", { now, voices }) });
  const { id } = await create({ template: "quiz-classic", source: { csv: planted.csv }, keyColumn: "id" });
  await work();
  await api.db.worker.deleteMany();
  const batch = await read(id);
  const found = batch.issues.nodes.map(({ line, column, code }: Record<string, unknown>) => ({
    line,
    column,
    code,
  }));
  const all = [...planted.inRows, ...planted.inDatabase];
  expect(found).toEqual(all.toSorted((one, other) => one.line - other.line));
  expect(batch.counts).toMatchObject({ total: 1_000, valid: 950, invalid: 49, duplicate: 1 });
  const duplicate = await api.db.batchRow.findFirstOrThrow({
    where: { status: "DUPLICATE", batchId: keyOf("Batch", id) ?? "" },
  });
  expect({ line: duplicate.line, of: duplicate.duplicateOf }).toEqual(planted.duplicate);
  await api.db.video.deleteMany({ where: { externalId: "taken" } });
});

test("rows of a group become one video, and materials are found by their file names", async () => {
  const quiz = [
    "topic,question,a,b,answer",
    "Sky,Which is far?,Sun,Moon,A",
    "Sea,Which is wet?,Sea,Sun,Sea",
    "Sky,Which is near?,Sun,Moon,B",
  ];
  const { id } = await create({
    template: "quiz-classic",
    source: { csv: quiz.join("\n") },
    groupBy: "topic",
    data: { theme: "ocean" },
  });
  const slides = "title,image\nOne,sea.png\nTwo,sky.png\nThree,hymn.mp3\n";
  const materials = [
    ["sea.png", "IMAGE"],
    ["hymn.mp3", "AUDIO"],
  ] as const;
  const digest = "d".repeat(64);
  const stored = {
    workspaceId: api.ours.id,
    status: "READY",
    contentType: "x/y",
    sizeBytes: 9,
    sha256: digest,
  } as const;
  const upload = {
    objectKey: "a",
    uploadProtocol: "TUS",
    uploadExpiresAt: new Date(),
    receivedAt: new Date(),
  } as const;
  for (const [filename, kind] of materials)
    await api.db.material.create({ data: { ...stored, ...upload, filename, kind } });
  const show = await create({ template: "slideshow", source: { csv: slides } });
  await work();
  expect((await read(id)).rows.nodes).toMatchObject([
    {
      key: "Sky",
      title: "Sky",
      line: 2,
      lines: 2,
      data: { theme: "ocean", questions: [{ answerIndex: 0 }, { answerIndex: 1 }] },
    },
    { key: "Sea", line: 3, lines: 1, data: { questions: [{ options: ["Sea", "Sun"], answerIndex: 0 }] } },
  ]);
  expect((await read(show.id)).issues.nodes).toMatchObject([
    { line: 3, column: "image", code: "MATERIAL_NOT_FOUND" },
    { line: 4, column: "image", code: "MATERIAL_KIND_INVALID" },
  ]);
  await act("startBatch", { id: show.id });
  await work();
  const { video } = (await read(show.id)).rows.nodes[0];
  const source = await api.db.source.findUniqueOrThrow({
    where: { videoId: keyOf("Video", video.id) ?? "" },
  });
  expect(source.params).toMatchObject({ materials: [{ filename: "sea.png" }] });
});

test("a table that cannot be used is refused with the place and the remedy", async () => {
  const preview = async (input: object) => {
    const document = `query ($input: PreviewBatchInput!) { previewBatch(input: $input) {
      columns { name field suggestion samples } fields { name isRequired } missing canGroup lines } }`;
    return await api.ask(document, { input: { template: "quiz-classic", ...input } });
  };
  const wrong = { csv: "Frage,option a,optin2,correct answer,colour\nWas?,x,y,A,red\n" };
  const { data } = await preview({ source: wrong });
  expect(data.previewBatch).toMatchObject({
    columns: [
      { name: "Frage", field: null, suggestion: null, samples: ["Was?"] },
      { name: "option a", field: "questions.options.1", suggestion: null },
      { name: "optin2", field: null, suggestion: "questions.options.2" },
      { name: "correct answer", field: "questions.answerIndex" },
      { name: "colour", field: null },
    ],
    missing: ["questions.question", "questions.options.2"],
    ...{ canGroup: true, lines: 1 },
  });
  const quiz = (source: object, more: object = {}) => create({ template: "quiz-classic", source, ...more });
  expect(await quiz(wrong)).toMatchObject({
    ...{ code: "COLUMN_MISSING", field: "source", line: 1 },
    message: expect.stringContaining('Is "optin2" the column of questions.options.2?'),
  });
  const columns = [
    { field: "questions.question", column: "Frage" },
    { field: "questions.options.2", column: "optin2" },
  ];
  expect(await quiz(wrong, { columns })).toMatchObject({ status: "CHECKING" });
  const codeOf = async (answer: Promise<{ code?: string }>) => (await answer).code;
  expect([
    await codeOf(quiz({ csv: 'question\n"open' })),
    await codeOf(quiz({ json: "{}" })),
    await codeOf(quiz({ material: "nothing" })),
    await codeOf(quiz({ questionSet: "nothing" })),
    await codeOf(quiz(wrong, { columns: [{ field: "nothing", column: "Frage" }] })),
    await codeOf(quiz(wrong, { columns: [{ field: "title", column: "nothing" }] })),
    await codeOf(quiz(wrong, { groupBy: "nothing" })),
    await codeOf(quiz(wrong, { columns, data: { theme: "pink" } })),
    await codeOf(quiz(wrong, { columns, voice: { rate: 9 } })),
    await codeOf(quiz(wrong, { columns, maxActive: 0 })),
    await codeOf(quiz(wrong, { columns, profile: "nothing" })),
    await codeOf(create({ template: "nothing", source: wrong })),
    await codeOf(create({ template: "countdown", source: { csv: "seconds\n5\n" }, groupBy: "seconds" })),
  ]).toEqual([
    ...["QUOTES_INVALID", "JSON_SHAPE_UNKNOWN", "MATERIAL_NOT_FOUND", "QUESTION_SET_NOT_FOUND"],
    ...["FIELD_UNKNOWN", "COLUMN_UNKNOWN", "COLUMN_UNKNOWN", "DATA_INVALID", "VOICE_INVALID"],
    ...["MAX_ACTIVE_INVALID", "PROFILE_UNKNOWN", "TEMPLATE_NOT_FOUND", "GROUP_BY_INVALID"],
  ]);
  await work();
});

test("replaced rows are compared by key: equal ones stay, others are corrected, new ones made, missing ones kept", async () => {
  const rows = (...lines: string[]) => ({ csv: ["id,quote,video.externalId", ...lines].join("\n") });
  const source = rows("a,One,ext-a", "b,Two,ext-b", "c,Three,ext-c", "d,Four,ext-d", "e,,ext-e");
  const { id } = await create({ source, keyColumn: "id", start: true });
  await work();
  await endVideos(id, "READY", 3);
  await endVideos(id, "FAILED", 1);
  await work();
  expect(await read(id)).toMatchObject({ status: "PARTIAL", counts: { ready: 3, failed: 1, invalid: 1 } });
  const before = (await read(id)).rows.nodes;
  const replace = async (more: object) => await act("replaceBatchRows", { id, ...more });
  const other = rows("d,Four!,ext-d", "b,Two!,ext-b", "a,One,ext-a", "e,Five,ext-e");
  expect(await replace({ source: other })).toMatchObject({ status: "CHECKING" });
  expect(await replace({ source: other })).toMatchObject({ code: "BATCH_RUNNING" });
  await work();
  const { data } = await api.ask(
    "query ($id: ID!) { batch(id: $id) { status replacement { unchanged changed added missing } rows { nodes { key status isMissing } } } }",
    { id },
  );
  expect(data.batch).toEqual({
    status: "CHECKED",
    replacement: { unchanged: 1, changed: 2, added: 1, missing: 1 },
    rows: {
      nodes: [
        { key: "d", status: "VALID", isMissing: false },
        { key: "b", status: "VALID", isMissing: false },
        { key: "a", status: "READY", isMissing: false },
        { key: "e", status: "VALID", isMissing: false },
        { key: "c", status: "READY", isMissing: true },
      ],
    },
  });
  expect(await api.db.edition.count()).toBe(0);
  await act("startBatch", { id });
  await work();
  const videoOf = (all: { key: string; video: { id: string } }[], key: string) =>
    all.find((row) => row.key === key)?.video.id ?? "";
  const after = (await read(id)).rows.nodes;
  for (const key of ["a", "b", "c"]) expect(videoOf(after, key)).toBe(videoOf(before, key));
  expect(videoOf(after, "d")).not.toBe(videoOf(before, "d"));
  // The first edition is the video as it was.
  const editions = await api.db.edition.findMany({ orderBy: { number: "asc" } });
  const b = keyOf("Video", videoOf(before, "b"));
  expect(editions.map(({ videoId, number }) => [videoId, number])).toEqual([
    [b, 1],
    [b, 2],
  ]);
  // The corrected row follows its edition: one that fails can be retried.
  const videos = { ready: 2, queued: 2 };
  expect(await read(id)).toMatchObject({ status: "RUNNING", counts: { ...videos, running: 1, failed: 0 } });
  await endVideos(id, "READY");
  const error = { code: "BROKEN", message: "It broke.", scope: "WORKER", retriable: true };
  await api.db.edition.updateMany({ where: { number: 2 }, data: { status: "FAILED", error } });
  await work();
  expect(await read(id)).toMatchObject({ status: "PARTIAL", counts: { ready: 4, failed: 1 } });
  await act("retryBatch", { id });
  await work();
  expect(await read(id)).toMatchObject({ status: "RUNNING", counts: { ready: 4, running: 1 } });
  const replacedAt = new Date();
  await api.db.edition.updateMany({ where: { number: 1 }, data: { status: "REPLACED", replacedAt } });
  await api.db.edition.updateMany({
    where: { number: 3 },
    data: { status: "PUBLISHED", publishedAt: replacedAt },
  });
  await work();
  expect(await read(id)).toMatchObject({ status: "SUCCEEDED" });
  expect(await replace({ source: other, start: true })).toMatchObject({ status: "CHECKING" });
  await work();
  expect(await read(id)).toMatchObject({ status: "SUCCEEDED", counts: { ready: 5, total: 5 } });
  expect(await api.db.edition.count()).toBe(3);
});

test("another workspace sees nothing of a batch", async () => {
  const { id } = await create({ source: { csv: "quote\nMine\n" } });
  await work();
  expect(await read(id, api.theirs.write)).toBeNull();
  for (const name of ["startBatch", "pauseBatch", "resumeBatch", "cancelBatch", "retryBatch", "deleteBatch"])
    expect(await act(name, { id }, api.theirs.write)).toMatchObject({ code: "BATCH_NOT_FOUND" });
  const answer = await api.ask(
    "query ($id: ID!) { exportBatchRows(id: $id) batches { nodes { id } } }",
    { id },
    api.theirs.read,
  );
  expect(answer.data).toEqual({ exportBatchRows: null, batches: { nodes: [] } });
  expect((await read(id)).status).toBe("CHECKED");
});

test("viewers see counts and changed rows, and continue after a break", async () => {
  const { id } = await create({ source: { csv: "quote\nOne\nTwo\nThree\n" } });
  await work();
  const document = `subscription ($id: ID!, $after: String) { batchProgress(id: $id, after: $after) {
    batch { status counts { valid queued ready } } rows { title status } cursor } }`;
  const watch = (after?: string) => {
    const client = createClient({
      url: api.webSocket,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${api.ours.read}` },
    });
    // oxlint-disable-next-line typescript/no-explicit-any -- tests read answers as they come
    const seen: any[] = [];
    client.subscribe(
      { query: document, variables: { id, after } },
      {
        next: ({ data }) => void seen.push(data?.["batchProgress"]),
        error: () => undefined,
        complete: () => undefined,
      },
    );
    return { seen, [Symbol.asyncDispose]: async () => await client.dispose() };
  };
  let cursor = "";
  {
    await using viewer = watch();
    await eventually(() => expect(viewer.seen[0]?.batch.status).toBe("CHECKED"), "the present state");
    await act("startBatch", { id });
    await work();
    await eventually(() => {
      const last = viewer.seen.at(-1);
      expect(last.batch.counts).toEqual({ valid: 0, queued: 3, ready: 0 });
      expect(last.rows).toHaveLength(3);
    }, "the queued rows");
    cursor = viewer.seen.at(-1).cursor;
  }
  await endVideos(id, "READY");
  await work();
  await using viewer = watch(cursor);
  await eventually(() => {
    expect(viewer.seen[0]?.batch).toEqual({ status: "SUCCEEDED", counts: { valid: 0, queued: 0, ready: 3 } });
    expect(viewer.seen[0]?.rows).toEqual(
      ["One", "Two", "Three"].map((title) => ({ title, status: "READY" })),
    );
  }, "what changed in the meantime");
});

test("the database refuses every transition that the tables do not have", async () => {
  const ended = new Set<string>(["SUCCEEDED", "PARTIAL", "CANCELED", "FAILED"]);
  const error = { code: "BROKEN", message: "It broke.", scope: "WORKER", retriable: true };
  const now = new Date();
  const common = {
    workspaceId: api.ours.id,
    title: "A",
    settings: {},
    sourceKey: "a",
    maxActive: 1,
    startsByItself: false,
  };
  const times = { checkedAt: now, startedAt: now };
  const asBatch = (status: (typeof batchStatuses)[number]) => ({
    ...{ status, endedAt: ended.has(status) ? now : null },
    ...(status === "FAILED" ? { error } : {}),
  });
  for (const from of batchStatuses)
    for (const to of batchStatuses) {
      if (from === to) continue;
      const { id } = await api.db.batch.create({ data: { ...common, ...times, ...asBatch(from) } });
      // Prisma's JSON null, as a statement: the constraint on errors must not decide here.
      const change = api.db.$executeRaw`
        UPDATE batches SET status = ${to}::"BatchStatus", error = CASE WHEN ${to} = 'FAILED' THEN '{}'::jsonb END,
          ended_at = CASE WHEN ${ended.has(to)} THEN now() END WHERE id = ${id}::uuid`;
      const outcome = await change.then(
        () => true,
        () => false,
      );
      expect([from, to, outcome]).toEqual([from, to, batchTransitions[from].includes(to)]);
    }
  const { id: batchId } = await api.db.batch.create({
    data: { ...common, ...times, ...asBatch("SUCCEEDED") },
  });
  let position = 0;
  for (const from of batchRowStatuses)
    for (const to of batchRowStatuses) {
      if (from === to) continue;
      const row = await api.db.batchRow.create({
        data: {
          ...{
            batchId,
            workspaceId: api.ours.id,
            position: position++,
            key: randomUUID(),
            hash: "",
            line: 2,
            lines: 1,
          },
          ...{ status: from, title: "A", data: {}, settings: {} },
          ...(from === "DUPLICATE" && { duplicateOf: 2 }),
          ...(from === "FAILED" && { error }),
        },
      });
      const change = api.db.$executeRaw`
        UPDATE batch_rows SET status = ${to}::"BatchRowStatus", error = CASE WHEN ${to} = 'FAILED' THEN '{}'::jsonb END,
          duplicate_of = CASE WHEN ${to} = 'DUPLICATE' THEN 2 END WHERE id = ${row.id}::uuid`;
      const outcome = await change.then(
        () => true,
        () => false,
      );
      expect([from, to, outcome]).toEqual([from, to, batchRowTransitions[from].includes(to)]);
    }
  await api.db.batch.deleteMany({ where: { sourceKey: "a" } });
});

test("a page of rows begins at any place of those that match", async () => {
  const csv = `quote,author\n${Array.from({ length: 9 }, (_, index) => `Saying ${index},Solon`).join("\n")}`;
  const { id } = await create({ source: { csv } });
  await work();
  const ask = (skip: number) =>
    api.ask(
      `query ($id: ID!, $skip: Int!) { batch(id: $id) { rows(first: 2, skip: $skip, filter: { status: [VALID] }) {
        totalCount nodes { title } pageInfo { hasNextPage } } } }`,
      { id, skip },
    );
  expect((await ask(6)).data.batch.rows).toEqual({
    ...{ totalCount: 9, nodes: [{ title: "Saying 6" }, { title: "Saying 7" }] },
    pageInfo: { hasNextPage: true },
  });
  expect((await ask(8)).data.batch.rows).toMatchObject({
    ...{ nodes: [{ title: "Saying 8" }], pageInfo: { hasNextPage: false } },
  });
  expect((await ask(100)).data.batch.rows).toMatchObject({ totalCount: 9, nodes: [] });
  const { errors } = await ask(-1);
  expect(errors).toMatchObject([{ extensions: { code: "PAGE_SIZE_INVALID" } }]);
});
