/** A worker with valid tokens that wants more than its attempt: every try is refused with a code. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeClip } from "../../render-worker/testing/kit.ts";
import { everyKind, softwareOffer } from "../../src/testing/fleet-rows.ts";
import { documents, eventually, type System, startSystem } from "../kit/index.ts";

let system: System;
beforeAll(async () => {
  system = await startSystem({ workers: 0 });
});
afterAll(() => system[Symbol.asyncDispose]());

interface Answer {
  status: number;
  code: string | null;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read answers as they come
  body: any;
}

async function call(
  method: string,
  path: string,
  {
    token,
    attempt,
    body,
    headers = {},
  }: {
    token?: string;
    attempt?: string | undefined;
    body?: string | object | undefined;
    headers?: Record<string, string>;
  },
): Promise<Answer> {
  const response = await fetch(`${system.api.url}/worker/v1/${path}`, {
    method,
    headers: {
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      ...(attempt !== undefined && { "Reelay-Attempt": attempt }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = text.startsWith("{") ? JSON.parse(text) : null;
  return { status: response.status, code: json?.error?.code ?? null, body: json ?? text };
}

async function createToken(input: object = {}): Promise<{ secret: string; id: string }> {
  const { data } = await system.client.ask(
    `mutation ($input: CreateJoinTokenInput!) { createJoinToken(input: $input) {
      ... on CreatedJoinToken { secret joinToken { id } } ... on Error { code } } }`,
    { input: { name: "rented", ...input } },
  );
  return { secret: data.createJoinToken.secret, id: data.createJoinToken.joinToken.id };
}

const about = { hostname: "rented", version: "0" };
const joinWith = (token: string) => call("POST", "join", { token, body: about });

/** A worker that has joined and described itself. */
async function joined(realm = "OWN", offers: object = {}) {
  const { secret } = await createToken({ realm });
  const { body } = await joinWith(secret);
  const { token, workerId } = body as { token: string; workerId: string };
  const seen = {
    ...{
      type: "worker.seen.v1",
      workerId,
      at: new Date().toISOString(),
      startedAt: new Date().toISOString(),
    },
    ...{ ...about, offer: { ...softwareOffer, slots: 2, ...offers }, attempts: [], isStopping: false },
  };
  expect(await call("POST", "reports", { token, body: { reports: [{ message: seen }] } })).toMatchObject({
    status: 200,
  });
  await eventually(
    async () => (await system.db.worker.count({ where: { id: workerId, slots: 2 } })) === 1,
    "the API knows the worker",
  );
  return { secret, token, workerId, seen };
}

async function claimed(token: string) {
  const attemptId = randomUUID();
  const { body } = await call("POST", "claim?wait=30", { token, body: { attemptId } });
  return { attemptId, credential: `${attemptId}.${body.attempt.token}`, task: body.task };
}

test("a worker with valid tokens reaches its own attempts only", async () => {
  const clip = await makeClip(`${system.directory}/clip.mp4`, [
    ..."-f lavfi -i testsrc2=size=320x180:rate=10:duration=1 -c:v libx264 -preset ultrafast".split(" "),
  ]);
  const [one, other] = [await joined(), await joined()];
  await system.client.upload(clip);
  await system.client.upload(clip);
  const [mine, theirs] = [await claimed(one.token), await claimed(other.token)];
  const { token } = one;
  const attempt = mine.credential;
  const own = `objects/videos/${mine.task.videoId}/attempts/${mine.attemptId}`;
  const foreign = `objects/videos/${theirs.task.videoId}/attempts/${theirs.attemptId}`;
  const source = (task: typeof mine.task) => `objects/${task.inputs.source.key}`;

  // What it may do works.
  expect(await call("PUT", `${own}/a.m4s`, { token, attempt, body: "x" })).toMatchObject({ status: 200 });
  expect((await call("GET", source(mine.task), { token, attempt })).status).toBe(200);
  const again = { token, body: { attemptId: mine.attemptId } };
  const repeated = await call("POST", "claim", again);
  expect(repeated.body.task).toEqual({ ...mine.task, requestedAt: expect.any(String) });
  const replaced = { token, attempt: `${mine.attemptId}.${repeated.body.attempt.token}` };
  const report = (changes: object) => ({
    ...{ type: "task.advanced.v1", videoId: mine.task.videoId, jobId: mine.task.jobId },
    ...{ taskId: mine.task.taskId, attemptId: mine.attemptId, fencingToken: mine.task.fencingToken },
    ...{ workerId: one.workerId, kind: "TRANSCODE", at: new Date().toISOString(), sequence: 1 },
    ...{ result: { source: null, variants: [], audio: null, posterKey: null } },
    ...changes,
  });
  const reported = (changes: object, credential: string | undefined = replaced.attempt) =>
    call("POST", "reports", {
      token,
      body: { reports: [{ message: report(changes), ...(credential && { attempt: credential }) }] },
    });
  const theirKey = `videos/${theirs.task.videoId}/attempts/${theirs.attemptId}/poster.jpg`;
  const result = report({}).result;

  const tries: [string, Promise<Answer>][] = [
    ["JOIN_TOKEN_USED", joinWith(one.secret)],
    ["JOIN_TOKEN_INVALID", joinWith(`rj_${"a".repeat(43)}`)],
    ["WORKER_TOKEN_INVALID", call("POST", "claim", { body: { attemptId: randomUUID() } })],
    ["WORKER_TOKEN_INVALID", call("POST", "claim", { token: one.secret, body: { attemptId: randomUUID() } })],
    ["WORKER_TOKEN_INVALID", call("GET", "control", { token: "none" })],
    // The token that a repeated claim replaced.
    ["ATTEMPT_TOKEN_INVALID", call("PUT", `${own}/b.m4s`, { token, attempt, body: "x" })],
    ["ATTEMPT_TOKEN_INVALID", call("PUT", `${own}/b.m4s`, { token, body: "x" })],
    ["ATTEMPT_TOKEN_INVALID", call("GET", source(theirs.task), { token, attempt: theirs.credential })],
    [
      "ATTEMPT_TOKEN_INVALID",
      call("POST", "return", { token, attempt: theirs.credential, body: { isUnsupported: false } }),
    ],
    ["ATTEMPT_ID_TAKEN", call("POST", "claim", { token, body: { attemptId: theirs.attemptId } })],
    ["OBJECT_FORBIDDEN", call("PUT", `${foreign}/x.m4s`, { ...replaced, body: "x" })],
    ["OBJECT_FORBIDDEN", call("PUT", source(mine.task), { ...replaced, body: "x" })],
    [
      "OBJECT_FORBIDDEN",
      call("PUT", `objects/videos/${mine.task.videoId}/manifest/master.m3u8`, { ...replaced, body: "x" }),
    ],
    ["OBJECT_FORBIDDEN", call("PUT", `${own}/%2e%2e/x`, { ...replaced, body: "x" })],
    ["OBJECT_FORBIDDEN", call("GET", source(theirs.task), replaced)],
    ["OBJECT_FORBIDDEN", call("GET", `${foreign}/a.m4s`, replaced)],
    ["OBJECT_FORBIDDEN", call("DELETE", source(mine.task), replaced)],
    [
      "OBJECT_FORBIDDEN",
      call("POST", "list", { ...replaced, body: { prefix: "videos/", isFolders: true, after: null } }),
    ],
    [
      "OBJECT_FORBIDDEN",
      call("POST", "delete", { ...replaced, body: { prefix: `videos/${mine.task.videoId}/` } }),
    ],
    ["REPORT_FORBIDDEN", reported({ attemptId: theirs.attemptId })],
    ["REPORT_FORBIDDEN", reported({ taskId: theirs.task.taskId })],
    ["REPORT_FORBIDDEN", reported({ workerId: other.workerId })],
    ["REPORT_FORBIDDEN", reported({ result: { ...result, posterKey: theirKey } })],
    ["ATTEMPT_TOKEN_INVALID", reported({}, theirs.credential)],
    [
      "REPORT_FORBIDDEN",
      call("POST", "reports", { token, body: { reports: [{ message: { ...other.seen } }] } }),
    ],
    ["REPORT_FORBIDDEN", call("POST", "reports", { token, body: { reports: [{ message: mine.task }] } })],
    ["REQUEST_INVALID", call("POST", "reports", { token, body: { reports: [{ message: { type: "x" } }] } })],
    ["REQUEST_INVALID", call("POST", "claim", { token, body: "{" })],
    ["BODY_TOO_LARGE", call("POST", "reports", { token, body: "x".repeat(9 * 1024 ** 2) })],
    ["NOT_FOUND", call("GET", "secrets", { token })],
    ["METHOD_NOT_ALLOWED", call("GET", "join", { token })],
  ];
  const answers = await Promise.all(tries.map(([, answer]) => answer));
  expect(answers.map(({ code }) => code)).toEqual(tries.map(([code]) => code));
  expect(answers.filter(({ status }) => status < 400)).toEqual([]);

  // Ended: it changes nothing any more.
  expect(await call("POST", "return", { ...replaced, body: { isUnsupported: false } })).toMatchObject({
    status: 200,
  });
  expect((await call("PUT", `${own}/c.m4s`, { ...replaced, body: "x" })).code).toBe("ATTEMPT_ENDED");
  expect((await call("GET", source(mine.task), replaced)).code).toBe("ATTEMPT_ENDED");
  // Expired and revoked.
  await system.db.worker.update({ where: { id: one.workerId }, data: { tokenUntil: new Date(0) } });
  expect((await call("POST", "claim", again)).code).toBe("WORKER_TOKEN_EXPIRED");
  expect((await call("GET", source(mine.task), replaced)).code).toBe("WORKER_TOKEN_EXPIRED");
  const late = await createToken();
  await system.db.joinToken.updateMany({ where: { usedAt: null }, data: { expiresAt: new Date(0) } });
  expect((await joinWith(late.secret)).code).toBe("JOIN_TOKEN_EXPIRED");
  const gone = await createToken();
  await system.client.ask(
    `mutation ($input: RevokeJoinTokenInput!) { revokeJoinToken(input: $input) { __typename } }`,
    { input: { id: gone.id } },
  );
  expect((await joinWith(gone.secret)).code).toBe("JOIN_TOKEN_REVOKED");
});

test("of many copies of a machine, one joins; a stranger's machine gets no task unless the workspace allows it", async () => {
  const { secret } = await createToken();
  const copies = await Promise.all(Array.from({ length: 8 }, () => joinWith(secret)));
  expect(copies.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(new Set(copies.map(({ code }) => code))).toEqual(new Set([null, "JOIN_TOKEN_USED"]));

  const rented = await joined("THIRD_PARTY");
  const body = { attemptId: randomUUID() };
  // The task that the first test returned waits.
  expect((await call("POST", "claim", { token: rented.token, body })).status).toBe(204);
  const { data } = await system.client.ask(
    `mutation ($input: UpdateWorkspaceInput!) { updateWorkspace(input: $input) {
      ... on Workspace { workerRealms } ... on Error { code } } }`,
    { input: { workerRealms: ["OWN", "THIRD_PARTY"] } },
  );
  expect(data.updateWorkspace.workerRealms).toEqual(["OWN", "THIRD_PARTY"]);
  expect((await call("POST", "claim?wait=20", { token: rented.token, body })).status).toBe(200);
});

const speaking = { kinds: everyKind, voices: null };
const data = { questions: [{ question: "Which one?", options: ["This", "That"], answerIndex: 0 }] };
const source = { template: { template: "quiz-classic", data } };
const CHECK = `mutation ($input: CheckSourceInput!) { checkSource(input: $input) {
  ... on SourceCheck { id status } ... on Error { code message } } }`;

test("the speech of a worker stays in its workspace, and replaces no other's", async () => {
  await system.db.task.updateMany({
    where: { endedAt: null },
    data: { status: "CANCELED", endedAt: new Date() },
  });
  const { token, workerId } = await joined("OWN", speaking);
  const input = { title: "Quiz", source };
  await system.client.ask(documents.createVideo, { input });
  const { attemptId, credential: attempt, task } = await claimed(token);
  const prefix: string = task.params.speechPrefix;
  const { workspaceId } = await system.db.task.findUniqueOrThrow({ where: { id: task.taskId } });
  expect(prefix).toContain(workspaceId);
  const mine = `objects/${prefix}${"a".repeat(64)}`;
  const isNew = { headers: { "reelay-if-generation": "0" } };
  const put = (key: string, more: object = isNew) => call("PUT", key, { token, attempt, body: "x", ...more });
  expect((await put(mine)).status).toBe(200);
  expect((await call("GET", mine, { token, attempt })).status).toBe(200);
  const stranger = `objects/${prefix.replace(workspaceId, randomUUID())}${"a".repeat(64)}`;
  const tries: [string, Answer][] = [
    // One that exists already, and any one without the condition.
    ["PRECONDITION_FAILED", await put(mine)],
    ["OBJECT_FORBIDDEN", await put(mine, {})],
    ["OBJECT_FORBIDDEN", await put(mine, { headers: { "reelay-if-generation": "1" } })],
    ["OBJECT_FORBIDDEN", await put(stranger)],
    ["OBJECT_FORBIDDEN", await call("GET", stranger, { token, attempt })],
    ["OBJECT_FORBIDDEN", await put(`objects/${prefix}other.txt`)],
    ["OBJECT_FORBIDDEN", await put(`objects/${prefix}%2e%2e/${"a".repeat(64)}`)],
    ["OBJECT_FORBIDDEN", await call("DELETE", mine, { token, attempt })],
    [
      "OBJECT_FORBIDDEN",
      await call("POST", "list", { token, attempt, body: { prefix, isFolders: false, after: null } }),
    ],
    ["OBJECT_FORBIDDEN", await call("POST", "delete", { token, attempt, body: { prefix } })],
    [
      "REPORT_FORBIDDEN",
      await call("POST", "reports", {
        token,
        body: {
          reports: [
            {
              attempt,
              message: {
                ...{
                  type: "task.advanced.v1",
                  videoId: task.videoId,
                  jobId: task.jobId,
                  taskId: task.taskId,
                },
                ...{ attemptId, fencingToken: task.fencingToken, workerId, kind: task.kind, sequence: 1 },
                at: new Date().toISOString(),
                result: { source: null, variants: [], audio: null, posterKey: `${prefix}${"a".repeat(64)}` },
              },
            },
          ],
        },
      }),
    ],
  ];
  expect(tries.map(([, { code }]) => code)).toEqual(tries.map(([code]) => code));
});

test("a check goes to a worker that the workspace allows, which answers that one only", async () => {
  const [one, other, far] = [
    await joined("CLOUD", speaking),
    await joined("CLOUD", speaking),
    await joined("THIRD_PARTY", speaking),
  ];
  await system.client.ask(
    `mutation ($input: UpdateWorkspaceInput!) { updateWorkspace(input: $input) { __typename } }`,
    { input: { workerRealms: ["OWN", "CLOUD"] } },
  );
  const { data: asked } = await system.client.ask(CHECK, { input: { source, waitMs: 0 } });
  expect(asked.checkSource.status).toBe("PENDING");
  const take = (token: string) => call("POST", "check?wait=0", { token, body: {} });
  expect((await take(far.token)).status).toBe(204);
  const { status, body } = await take(one.token);
  expect(status).toBe(200);
  // It has one.
  expect((await take(other.token)).status).toBe(204);
  const { check, token: credential } = body as { check: { checkId: string }; token: string };
  const { checkId } = check;
  const report = (workerId: string) => ({
    ...{ type: "source.check-failed.v1", checkId, workerId, at: new Date().toISOString() },
    error: { code: "SOURCE_INVALID", message: "No.", scope: "INPUT", retriable: false },
  });
  const answer = ({ token, workerId }: typeof one, proof?: string, of = workerId) =>
    call("POST", "reports", {
      token,
      body: { reports: [{ message: report(of), ...(proof !== undefined && { check: proof }) }] },
    });
  const object = (key: string, method = "PUT", { token } = one) =>
    call(method, `objects/${key}`, {
      token,
      headers: { "Reelay-Check": credential },
      ...(method === "PUT" && { body: "x" }),
    });
  expect((await object(`checks/${checkId}/a.jpg`)).status).toBe(200);
  const tries: [string, Answer][] = [
    ["CHECK_TOKEN_INVALID", await answer(one)],
    ["CHECK_TOKEN_INVALID", await answer(one, `${checkId}.${one.workerId}`)],
    ["CHECK_TOKEN_INVALID", await answer(other, credential)],
    ["CHECK_TOKEN_INVALID", await answer(other, `${checkId}.${other.workerId}`)],
    ["CHECK_TOKEN_INVALID", await answer(one, credential.replace(checkId, randomUUID()))],
    ["REPORT_FORBIDDEN", await answer(one, credential, other.workerId)],
    ["CHECK_TOKEN_INVALID", await object(`checks/${checkId}/a.jpg`, "GET", other)],
    ["OBJECT_FORBIDDEN", await object(`checks/${randomUUID()}/a.jpg`)],
    ["OBJECT_FORBIDDEN", await object(`checks/${checkId}/%2e%2e/a.jpg`)],
    ["OBJECT_FORBIDDEN", await object("videos/a/source/b.mp4", "GET")],
  ];
  expect(tries.map(([, { code }]) => code)).toEqual(tries.map(([code]) => code));
  expect((await answer(one, credential)).status).toBe(200);
  await eventually(
    async () => (await system.db.sourceCheck.count({ where: { id: checkId, status: "FAILED" } })) === 1,
    "the check has ended",
  );
  expect((await answer(one, credential)).code).toBe("CHECK_ENDED");
  expect((await object(`checks/${checkId}/a.jpg`)).code).toBe("CHECK_ENDED");
});
