/** Checks of sources, as clients request and read them. The worker and the broker are this test. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type CheckedSource,
  decodeMessage,
  type Message,
  objectKeys,
  type SourceCheckRequested,
} from "@reelay/contracts";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { applyCheckReport, createStills, sweepChecks } from "../src/source-checks/index.ts";
import { everyKind, workerRow } from "../src/testing/fleet-rows.ts";
import { eventually } from "../tests/kit/index.ts";
import { createTestApi, type TestApi } from "./testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api[Symbol.asyncDispose]());
beforeEach(async () => {
  await api.db.sourceCheck.deleteMany();
  await api.db.outboxMessage.deleteMany();
  await startWorker();
});

const FIELDS = `id status waitReason error { code } scenes { name line } scene animations durationMs frames hasAudio
  animation { width height frameRate } issues { severity code message line column traceback }
  estimate { cpuSeconds basis samples } painterVersion endedAt expiresAt`;
const CHECK = `mutation ($input: CheckSourceInput!) { checkSource(input: $input) {
  __typename
  ... on SourceCheck { ${FIELDS} }
  ... on InvalidInputError { field }
  ... on QuotaExceededError { quota limit used retryAfterMs }
  ... on Error { code }
} }`;
const READ = `query ($id: ID!) { sourceCheck(id: $id) { ${FIELDS} } node(id: $id) { id } }`;

const script = "class A(Scene): pass\nclass B(Scene): pass\n";
const manim = { script, quality: "LOW" };

async function startWorker(painterVersion = "0.22.0"): Promise<void> {
  const kinds = everyKind.map(({ name, runtime }) => ({ name, runtime, version: painterVersion }));
  const data = workerRow("w", { kinds, jail: { level: "FULL", reason: null }, now: api.clock() });
  await api.db.worker.upsert({ where: { id: "w" }, create: data, update: data });
}

async function check(more: object = {}, waitMs = 0, token?: string) {
  const input = { source: { manim: { ...manim, ...more } }, waitMs };
  const { data, errors } = await api.ask(CHECK, { input }, token);
  expect(errors).toBeUndefined();
  return data.checkSource;
}
const read = async (id: string, token?: string) => (await api.ask(READ, { id }, token)).data;

/** The messages that the relay would send. */
async function sentMessages(): Promise<SourceCheckRequested[]> {
  const rows = await api.db.outboxMessage.findMany({ orderBy: { id: "asc" } });
  return rows.flatMap(({ data }) => {
    const decoded = decodeMessage(data);
    const message: Message | null = decoded.ok ? decoded.message : null;
    return message?.type === "source.check-requested.v1" ? [message] : [];
  });
}

const ambiguous = {
  severity: "ERROR" as const,
  code: "SCENE_AMBIGUOUS",
  message: "The script has 2 scenes.",
  line: null,
  column: null,
  traceback: null,
};
const good: CheckedSource = {
  version: 1,
  painterVersion: "0.22.0",
  scenes: [{ name: "A", line: 1 }],
  scene: "A",
  timeline: { animations: 3, durationMs: 4_000, frames: 60, hasAudio: true },
  issues: [],
};

async function answer(checkId: string, changes: Partial<CheckedSource> = {}): Promise<void> {
  const at = api.clock().toISOString();
  const checked = { ...good, ...changes };
  await applyCheckReport(api, { type: "source.checked.v1", checkId, workerId: "w", at, checked });
}

async function fail(checkId: string, retriable: boolean): Promise<void> {
  const at = api.clock().toISOString();
  const error = { code: "PAINTER_BROKEN", message: "It broke.", scope: "WORKER" as const, retriable };
  await applyCheckReport(api, { type: "source.check-failed.v1", checkId, workerId: "w", at, error });
}

const sweep = async () => {
  await startWorker();
  await sweepChecks({ ...api, log: { info: () => {}, warn: () => {} } });
};

test("the answer has the worker's result, and an equal source is not checked again", async () => {
  const asked = check({}, 20_000);
  const message = await eventually(async () => {
    const [first] = await sentMessages();
    expect(first).toBeDefined();
    return first;
  }, "the check is sent");
  expect(message).toMatchObject({ kind: "ANIMATION", script, settings: { width: 854, frameRate: 15 } });
  await answer(message?.checkId ?? "");
  const first = await asked;
  expect(first).toMatchObject({
    status: "SUCCEEDED",
    scenes: [{ name: "A", line: 1 }],
    ...{ scene: "A", animations: 3, durationMs: 4_000, frames: 60, hasAudio: true, issues: [] },
    animation: { width: 854, height: 480, frameRate: 15 },
    estimate: { basis: "DEFAULT", samples: 0 },
    painterVersion: "0.22.0",
    ...{ error: null, waitReason: null, endedAt: api.clock().toISOString() },
  });
  // A later answer of another worker.
  await answer(message?.checkId ?? "", { timeline: null });
  expect(await check()).toEqual(first);
  expect((await read(first.id)).sourceCheck).toMatchObject({ animations: 3 });
  expect(await sentMessages()).toHaveLength(1);
  expect(await api.db.sourceCheck.findFirst()).toMatchObject({ script: null });
  expect((await check({ seed: 1 })).id).not.toBe(first.id);
  await startWorker("0.23.0");
  expect(await check()).toMatchObject({ status: "PENDING", waitReason: null });
  expect((await read(first.id)).sourceCheck).toBeNull();
});

test("a script with problems is a successful check, and only its workspace sees it", async () => {
  const { id } = await check();
  const [message] = await sentMessages();
  const scenes = [
    { name: "A", line: 1 },
    { name: "B", line: 2 },
  ];
  await answer(message?.checkId ?? "", { scenes, scene: null, timeline: null, issues: [ambiguous] });
  expect((await read(id, api.ours.read)).sourceCheck).toMatchObject({
    ...{ status: "SUCCEEDED", scenes, scene: null, animations: null, estimate: null },
    issues: [ambiguous],
  });
  expect(await read(id, api.theirs.all)).toEqual({ sourceCheck: null, node: null });
  expect((await read(id)).node).toEqual({ id });
});

const STILLS = `mutation ($input: CheckSourceInput!) { checkSource(input: $input) {
  __typename
  ... on SourceCheck { id status scenes { name startMs durationMs marks } issues { code path } animation { width }
    composition { template height } speechCharacters stills { scene url width height } estimate { cpuSeconds basis } }
  ... on InvalidInputError { field }
  ... on InvalidDataError { issues { path } }
  ... on Error { code }
} }`;
const question = { question: "Which one is red?", options: ["Mars", "Venus"], answerIndex: 0 };
const quiz = { template: "quiz-shorts", data: { questions: [question] } };

async function checkQuiz(stills: object | null, template: object = {}) {
  const input = { source: { template: { ...quiz, ...template } }, waitMs: 0, stills };
  const { data, errors } = await api.ask(STILLS, { input });
  expect(errors).toBeUndefined();
  return data.checkSource;
}

test("data is checked with stills, which their address shows until the check is removed", async () => {
  const { id } = await checkQuiz({ scenes: [0], mark: "reveal", height: 180 });
  const [message] = await sentMessages();
  const { checkId = "" } = message ?? {};
  expect(message).toMatchObject({
    ...{ kind: "COMPOSITION", stills: { scenes: [0], mark: "reveal", width: 180, height: 320 } },
    settings: { template: { name: "quiz-shorts" }, width: 1080, height: 1920 },
  });
  expect(JSON.parse(message?.script ?? "")).toMatchObject({ questions: [question], timerSeconds: 5 });
  const secret = "s".repeat(32);
  await api.store.put(objectKeys.still(checkId, secret, 0), "picture", { contentType: "image/jpeg" });
  const scene = { name: question.question, line: null, startMs: 0, durationMs: 4_000, marks: ["ask"] };
  await answer(checkId, {
    ...{ scenes: [scene], scene: null, speechCharacters: 40 },
    stills: [{ scene: 0, secret, width: 180, height: 320 }],
    issues: [{ ...ambiguous, code: "TEXT_TOO_LONG", path: "/questions/0/question" }],
  });
  const checked = await checkQuiz({ scenes: [0], mark: "reveal", height: 180 });
  const { line: _none, ...shown } = scene;
  expect(checked).toMatchObject({
    ...{ id, status: "SUCCEEDED", scenes: [shown], animation: null, speechCharacters: 40 },
    issues: [{ code: "TEXT_TOO_LONG", path: "/questions/0/question" }],
    composition: { template: "quiz-shorts", height: 1920 },
    ...{ stills: [{ scene: 0, width: 180, height: 320 }], estimate: { basis: "DEFAULT" } },
  });
  const address = new URL(checked.stills[0].url).pathname;
  expect(await stillAt(address)).toMatchObject({ status: 200, body: "picture", type: "image/jpeg" });
  expect(await stillAt(address.replace("ssss", "tsss"))).toMatchObject({ status: 404, body: "" });
  expect((await checkQuiz(null)).id).not.toBe(id);
  api.advance(3_600_001);
  await sweep();
  expect(await stillAt(address)).toMatchObject({ status: 404 });
});

/** Of the handler that the server has. */
async function stillAt(path: string) {
  const handle = createStills(api);
  const server = createServer((req, res) => void handle(req, res));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  const seen = { status: response.status, type: response.headers.get("content-type") };
  const body = await response.text();
  await new Promise((resolve) => server.close(resolve));
  return { ...seen, body };
}

test.each([
  [{ scenes: [] }, "stills.scenes"],
  [{ scenes: Array.from({ length: 21 }, (_, index) => index) }, "stills.scenes"],
  [{ scenes: [-1] }, "stills.scenes"],
  [{ mark: "No mark" }, "stills.mark"],
  [{ height: 721 }, "stills.height"],
])("stills %j are refused at %s", async (stills, field) => {
  expect(await checkQuiz(stills)).toMatchObject({ code: "STILLS_INVALID", field });
});

test("data that does not fit its template is refused before a worker is asked", async () => {
  expect(await checkQuiz(null, { data: { questions: [{ question: 1 }] } })).toMatchObject({
    __typename: "InvalidDataError",
    issues: expect.arrayContaining([{ path: "/questions/0/question" }]),
  });
  const { data } = await api.ask(STILLS, { input: { source: { manim }, stills: {}, waitMs: 0 } });
  expect(data.checkSource).toMatchObject({ code: "STILLS_INVALID", field: "stills" });
  expect(await api.db.sourceCheck.count()).toBe(0);
});

test("without a worker that can do it, a check says what is missing, and is sent when one appears", async () => {
  await api.db.worker.deleteMany();
  await api.db.worker.create({ data: workerRow("w", { now: api.clock() }) });
  const { id, ...waiting } = await check({}, 20_000);
  expect(waiting).toMatchObject({
    status: "PENDING",
    waitReason:
      "Needs the runtime manim; the worker online offers ffmpeg. Run `npm run painters` on a worker's machine, then restart the worker.",
  });
  expect(await sentMessages()).toEqual([]);
  await sweep();
  expect(await sentMessages()).toHaveLength(1);
  expect((await read(id)).sourceCheck).toMatchObject({ status: "PENDING", waitReason: null });

  await api.db.worker.deleteMany();
  const other = await check({ seed: 1 });
  api.advance(60_000);
  await sweepChecks({ ...api, log: { info: () => {}, warn: () => {} } });
  expect((await read(other.id)).sourceCheck).toMatchObject({
    status: "FAILED",
    error: { code: "NO_WORKER" },
  });
});

test("a check that no worker answers is sent again, a few times, and a failed one is begun again", async () => {
  const { id } = await check();
  for (const sends of [1, 2, 3]) {
    await sweep();
    expect(await sentMessages()).toHaveLength(sends);
    api.advance(31_000);
  }
  await sweep();
  expect((await read(id)).sourceCheck).toMatchObject({
    status: "FAILED",
    error: { code: "CHECK_UNANSWERED" },
    waitReason: null,
  });
  expect((await check()).id).not.toBe(id);
});

test("a broken painter's check goes to another worker, and one that cannot succeed ends", async () => {
  const { id } = await check();
  const [message] = await sentMessages();
  await fail(message?.checkId ?? "", true);
  expect(await sentMessages()).toHaveLength(2);
  await fail(message?.checkId ?? "", false);
  expect((await read(id)).sourceCheck).toMatchObject({ status: "FAILED", error: { code: "PAINTER_BROKEN" } });
});

test("expired checks are removed", async () => {
  const { id } = await check();
  const [message] = await sentMessages();
  await answer(message?.checkId ?? "");
  api.advance(3_600_001);
  await sweep();
  expect((await read(id)).sourceCheck).toBeNull();
});

test("what cannot be checked is refused with its field", async () => {
  const refuse = async (source: object, waitMs = 0, token?: string) =>
    (await api.ask(CHECK, { input: { source, waitMs } }, token)).data.checkSource;
  expect(await refuse({ url: "https://example.com/a.mp4" })).toEqual({
    __typename: "InvalidInputError",
    ...{ code: "SOURCE_NOT_CHECKABLE", field: "source.url" },
  });
  expect(await refuse({ upload: { filename: "a.mp4", sizeBytes: 1 } })).toMatchObject({
    field: "source.upload",
  });
  expect(await refuse({ manim: { script: " " } })).toMatchObject({ code: "SCRIPT_EMPTY" });
  expect(await refuse({ manim }, 30_001)).toMatchObject({ code: "WAIT_INVALID", field: "waitMs" });
  expect(await refuse({ manim }, 0, api.ours.read)).toMatchObject({ __typename: "ForbiddenError" });
  expect(await api.db.sourceCheck.count()).toBe(0);
});

test("a workspace has a limited number of pending checks, whatever arrives at once", async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, (_, seed) => check({ seed })));
  const refused = answers.filter(({ __typename }) => __typename === "QuotaExceededError");
  expect(refused).toHaveLength(2);
  expect(refused[0]).toMatchObject({ quota: "PENDING_CHECKS", limit: 8, used: 8, retryAfterMs: 2_000 });
  expect(await check({}, 0, api.theirs.write)).toMatchObject({ status: "PENDING" });
  // Equal ones share a row.
  expect(await check({ seed: 0 })).toMatchObject({ status: "PENDING" });
});
