/** A worker with valid tokens that wants more than its attempt: every try is refused with a code. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeClip } from "../../render-worker/testing/kit.ts";
import { softwareOffer } from "../../src/testing/fleet-rows.ts";
import { eventually, type System, startSystem } from "../kit/index.ts";

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
async function joined(realm = "OWN") {
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
    ...{ ...about, offer: { ...softwareOffer, slots: 2 }, attempts: [], isStopping: false },
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
