/** The promises of messaging, at the worker's side of the gateway: one test for each that applies there. */
import { randomBytes, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import {
  checksOf,
  controlOf,
  createGatewayMessaging,
  createPubSubMessaging,
  type Delivery,
  GatewayRefusedError,
  joinGateway,
  projectorReports,
} from "@reelay/messaging";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createBroker } from "../../embedded/broker/index.ts";
import { freePort } from "../../tests/kit/free-port.ts";
import { createSecretBox, createToken, hashToken } from "../secrets/index.ts";
import { workerRow } from "../testing/fleet-rows.ts";
import { attemptOf, createProjection } from "../testing/projection.ts";
import { createGateway } from "./create-gateway.ts";

/** Promises that mean nothing to a worker of the gateway: docs/reference/worker-gateway.md lists them. */
const notApplicable: Readonly<Record<string, string>> = {
  "a message whose handler failed is handled again":
    "a cancel request is repeated after the next heartbeat, and a check after 30 s",
  "a handler may settle its message before it returns": "cancel requests and checks are not settled",
  "an unreadable message is set aside with its reason, and the next one is handled":
    "the API refuses what it cannot read, and sends readable messages only",
  "messages of one ordering key keep their order, redelivery included":
    "nothing is sent with an ordering key",
};

let system: Awaited<ReturnType<typeof createProjection>>;
let messaging: ReturnType<typeof createPubSubMessaging>;
let gateway: Awaited<ReturnType<typeof createGateway>>;
let server: Server;
let port: number;
const stack = new AsyncDisposableStack();

const listen = async (): Promise<void> => {
  server = createServer(
    (req, res) => void gateway.handle(req, res).then((isOurs) => isOurs || res.end("{}")),
  );
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
};
const close = async (): Promise<void> => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
};

beforeAll(async () => {
  port = await freePort();
  system = stack.use(await createProjection());
  const broker = stack.use(await createBroker({ port: await freePort() }));
  const options = { projectId: "contract", emulatorHost: broker.address, prefix: "t-", log: () => undefined };
  messaging = stack.use(createPubSubMessaging(options));
  await messaging.provision();
  const { deps, databaseUrl } = system;
  const dispatcher = { ...deps, databaseUrl, maxRunningTasks: null, split: { wholeUpToMs: 30_000 } };
  gateway = stack.use(
    await createGateway({
      ...{ dispatcher, messaging, store: system.store, apiId: "api", maxObjectBytes: 1e6 },
      secrets: createSecretBox([randomBytes(32)]),
    }),
  );
  await listen();
});
afterAll(async () => {
  await close();
  await stack.disposeAsync();
});
beforeEach(() => system.clear());
let opened = new AsyncDisposableStack();
afterEach(async () => {
  await opened.disposeAsync();
  opened = new AsyncDisposableStack();
});

/** A worker that has joined, with so many slots. */
async function join(slots = 64) {
  const { db, deps } = system;
  const token = `rj_${createToken()}`;
  const [now, expiresAt] = [deps.clock(), new Date(deps.clock().getTime() + 3_600_000)];
  const named = { id: randomUUID(), name: "w", realm: "OWN", prefix: "rj_", createdAt: now } as const;
  await db.joinToken.create({ data: { ...named, expiresAt, hash: hashToken(token) } });
  const apiUrl = `http://127.0.0.1:${port}`;
  const session = await joinGateway({ apiUrl, joinToken: token }, { hostname: "w", version: "0" });
  const { hostname: _name, startedAt: _start, ...described } = workerRow(session.workerId, { slots, now });
  await db.worker.update({ where: { id: session.workerId }, data: described });
  const logged: string[] = [];
  const log = (event: string) => void logged.push(event);
  const refusals: string[] = [];
  const onRefused = (reason: string) => void refusals.push(reason);
  const joined = opened.use(createGatewayMessaging({ ...session, log, onRefused }));
  const { claims } = joined;
  if (claims === undefined) throw new Error("The API chooses the tasks.");
  const pull = (signal = AbortSignal.timeout(30_000)) => joined.pull(claims, 1, signal);
  return { ...session, messaging: joined, pull, logged, refusals };
}

const taskOf = (delivery: Delivery | undefined): string =>
  delivery?.message.type === "task.requested.v1" ? delivery.message.taskId : "none";

const cancelOf = (workerId: string, attemptId = randomUUID()) => ({
  ...{ type: "task.cancel-requested.v1" as const, taskId: randomUUID(), attemptId, workerId },
  ...{ reason: "CANCELED" as const, requestedAt: new Date().toISOString() },
});

/** Sends until one arrives: the connection has to be there first. */
async function control(workerId: string, isThere: () => boolean): Promise<void> {
  for (; !isThere(); await sleep(50)) await messaging.publish(cancelOf(workerId));
}

const promises: Readonly<Record<string, () => Promise<void>>> = {
  "several processes may provision at the same time": async () => {
    const workers = await Promise.all([join(), join(), join()]);
    await Promise.all(workers.map((worker) => worker.messaging.provision()));
    await workers[0]?.messaging.ping();
  },
  "a message reaches every subscription whose filter matches, and no other": async () => {
    const [one, other] = [await join(), await join()];
    const seen = { one: 0, again: 0, other: 0 };
    const count = (name: keyof typeof seen) => async () => void (seen[name] += 1);
    opened.use(await one.messaging.consume(controlOf(one.workerId), count("one")));
    opened.use(await one.messaging.consume(controlOf(one.workerId), count("again")));
    opened.use(await other.messaging.consume(controlOf(other.workerId), count("other")));
    await control(one.workerId, () => seen.one > 0 && seen.again > 0);
    expect(seen.other).toBe(0);
    await control(other.workerId, () => seen.other > 0);
  },
  "a message carries its trace to pull and streaming consumers": async () => {
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const { jobId } = await system.createQueuedVideo();
    await system.db.job.update({ where: { id: jobId }, data: { traceParent: traceparent } });
    const worker = await join();
    const [delivery] = await worker.pull();
    expect(delivery?.attributes).toEqual({ traceparent });
    if (delivery?.message.type !== "task.requested.v1") throw new Error("A task was pulled.");
    const report = attemptOf(delivery.message, worker.workerId, delivery.message.fencingToken).started;
    const attemptId = delivery.attemptId ?? "";
    const attempt = worker.messaging.credentialOf(attemptId)?.["Reelay-Attempt"];
    const body = JSON.stringify({ reports: [{ message: { ...report, attemptId }, attempt, traceparent }] });
    const headers = { authorization: `Bearer ${worker.token}` };
    await fetch(`${worker.apiUrl}/worker/v1/reports`, { method: "POST", headers, body });
    const [received] = await messaging.pull(projectorReports, 1, AbortSignal.timeout(30_000));
    expect(received?.message).toMatchObject({ type: "task.started.v1", workerId: worker.workerId });
    expect(received?.attributes).toMatchObject({ traceparent });
    await received?.ack();
  },
  "pull returns at most the requested number of messages, and the rest next time": async () => {
    const tasks = [await system.createQueuedVideo(), await system.createQueuedVideo()];
    const worker = await join();
    const pulled = [await worker.pull(), await worker.pull()];
    expect(pulled.map(({ length }) => length)).toEqual([1, 1]);
    expect(pulled.flat().map(taskOf).toSorted()).toEqual(tasks.map(({ taskId }) => taskId).toSorted());
  },
  "a rejected message is redelivered immediately, an acknowledged one never": async () => {
    const { taskId } = await system.createQueuedVideo();
    const worker = await join();
    const [first] = await worker.pull();
    await first?.nack();
    await first?.ack();
    const [second] = await worker.pull();
    expect([first, second].map(taskOf)).toEqual([taskId, taskId]);
    expect(second?.attemptId).not.toBe(first?.attemptId);
    await second?.ack();
    const next = await system.createQueuedVideo();
    expect((await worker.pull()).map(taskOf)).toEqual([next.taskId]);
  },
  "an unacknowledged message is redelivered after its deadline": async () => {
    const { taskId } = await system.createQueuedVideo();
    await (await join()).pull();
    system.passTime(40_000);
    await system.sweep();
    system.passTime(10_000);
    expect((await (await join()).pull()).map(taskOf)).toEqual([taskId]);
  },
  "two consumers of one subscription share its messages and handle none twice": async () => {
    const tasks: string[] = [];
    for (let index = 0; index < 8; index += 1) tasks.push((await system.createQueuedVideo()).taskId);
    const workers = [await join(), await join()];
    const pulled: string[] = [];
    await Promise.all(
      workers.map(async ({ pull }) => {
        while (pulled.length < tasks.length) {
          const deliveries = await pull(AbortSignal.timeout(3_000));
          pulled.push(...deliveries.map(taskOf));
        }
      }),
    );
    expect(pulled.toSorted()).toEqual(tasks.toSorted());
  },
  "a consumer never handles more messages concurrently than its limit": async () => {
    const worker = await join();
    const counts = { now: 0, most: 0, all: 0 };
    const handle = async () => {
      counts.most = Math.max(counts.most, (counts.now += 1));
      await turn();
      counts.now -= 1;
      counts.all += 1;
    };
    opened.use(await worker.messaging.consume(controlOf(worker.workerId), handle, { maxInFlight: 3 }));
    await control(worker.workerId, () => counts.all > 0);
    await Promise.all(Array.from({ length: 10 }, () => messaging.publish(cancelOf(worker.workerId))));
    await expect.poll(() => counts.all).toBeGreaterThan(10);
    expect(counts.most).toBeLessThanOrEqual(3);
  },
  "disposing a consumer waits for its running handlers and leaves no message stuck": async () => {
    const worker = await join();
    const [begun, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let isHandled = false;
    const consumer = await worker.messaging.consume(controlOf(worker.workerId), async () => {
      begun.resolve();
      await release.promise;
      isHandled = true;
    });
    let isThere = false;
    void begun.promise.then(() => (isThere = true));
    await control(worker.workerId, () => isThere);
    const disposed = consumer[Symbol.asyncDispose]();
    release.resolve();
    await disposed;
    expect(isHandled).toBe(true);
  },
  "no message is lost while consumers join and leave": async () => {
    const tasks: string[] = [];
    for (let index = 0; index < 6; index += 1) tasks.push((await system.createQueuedVideo()).taskId);
    const pulled: string[] = [];
    for (let round = 0; pulled.length < tasks.length; round += 1) {
      expect(round).toBeLessThan(100);
      const { pull } = await join();
      const leaving = new AbortController();
      const pulling = pull(leaving.signal);
      if (round % 2 === 0) await sleep(round * 3);
      else await sleep(500);
      leaving.abort();
      pulled.push(...(await pulling).map(taskOf));
    }
    expect(pulled.toSorted()).toEqual(tasks.toSorted());
  },
  "an aborted pull returns no messages and loses none": async () => {
    const worker = await join();
    const leaving = new AbortController();
    const pulling = worker.pull(leaving.signal);
    leaving.abort();
    expect(await pulling).toEqual([]);
    const { taskId } = await system.createQueuedVideo();
    expect((await worker.pull()).map(taskOf)).toEqual([taskId]);
  },
  "an empty broker after a restart is provisioned again, and messages flow": async () => {
    const worker = await join();
    let seen = 0;
    opened.use(await worker.messaging.consume(controlOf(worker.workerId), async () => void (seen += 1)));
    await control(worker.workerId, () => seen > 0);
    await close();
    await expect(worker.pull()).rejects.toThrow();
    await listen();
    const before = seen;
    await control(worker.workerId, () => seen > before);
    const { taskId } = await system.createQueuedVideo();
    expect((await worker.pull()).map(taskOf)).toEqual([taskId]);
  },
  "unsubscribing twice is harmless": async () => {
    const worker = await join();
    const consumer = await worker.messaging.consume(controlOf(worker.workerId), async () => undefined);
    await consumer[Symbol.asyncDispose]();
    await worker.messaging.unsubscribe(controlOf(worker.workerId));
    await worker.messaging.unsubscribe(controlOf(worker.workerId));
  },
  "a message of one megabyte arrives complete": async () => {
    await system.createQueuedVideo();
    const worker = await join();
    const [delivery] = await worker.pull();
    if (delivery?.message.type !== "task.requested.v1") throw new Error("A task was pulled.");
    const { state, advanced } = attemptOf(delivery.message, worker.workerId, delivery.message.fencingToken);
    const [variant] = state("PENDING").variants;
    if (variant === undefined) throw new Error("It has a variant.");
    const variants = Array.from({ length: 6_000 }, (_, index) => ({ ...variant, index, name: `v${index}` }));
    const report = { ...advanced(1, { ...state("PENDING"), variants }), attemptId: delivery.attemptId ?? "" };
    expect(JSON.stringify(report).length).toBeGreaterThan(1_000_000);
    await worker.messaging.publish(report);
    expect(worker.logged).toEqual([]);
    const [received] = await messaging.pull(projectorReports, 1, AbortSignal.timeout(30_000));
    expect(received?.message).toEqual(report);
    await received?.ack();
  },
};

for (const [name, keeps] of Object.entries(promises)) test(name, keeps);

type Joined = Awaited<ReturnType<typeof join>>;

/** Every request that a worker makes while it runs. */
const requests: Readonly<Record<string, (worker: Joined, delivery: Delivery) => Promise<unknown>>> = {
  "the report of its attempt": async ({ messaging: own, workerId }, { message, attemptId = "" }) => {
    if (message.type !== "task.requested.v1") throw new Error("A task was pulled.");
    const { stopped } = attemptOf(message, workerId, message.fencingToken);
    // It is not sent again: nothing of the worker is accepted any more.
    await own.publish({ ...stopped(1, "CANCELED"), attemptId });
  },
  "its next claim": async ({ pull }) => expect(await pull()).toEqual([]),
  "the return of its task": async (_worker, delivery) =>
    await expect(delivery.nack()).rejects.toThrow(GatewayRefusedError),
  "its question for checks": async ({ messaging: own }) =>
    opened.use(await own.consume(checksOf("TRANSCODE", []), async () => undefined)),
  "its connection for control": async ({ messaging: own, workerId }) =>
    opened.use(await own.consume(controlOf(workerId), async () => undefined)),
};

for (const [name, ask] of Object.entries(requests))
  test(`a worker that is not accepted any more learns it by ${name}, once`, async () => {
    await system.createQueuedVideo();
    const worker = await join();
    const [delivery] = await worker.pull();
    if (delivery === undefined) throw new Error("A task was pulled.");
    const { db, deps } = system;
    await db.worker.update({ where: { id: worker.workerId }, data: { tokenUntil: deps.clock() } });
    await ask(worker, delivery);
    await expect.poll(() => worker.refusals).toHaveLength(1);
    // Nothing is asked again until it has stopped.
    expect(await worker.pull(AbortSignal.timeout(300))).toEqual([]);
    expect(worker.refusals).toHaveLength(1);
  });

test("every promise of messaging is kept here, or documented as one that does not apply", async () => {
  const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), "utf8");
  const suite = await read("packages/messaging/messaging.contract.ts");
  const names = [...suite.matchAll(/\btest(?:If)?\((?:"restart", )?"([^"]+)"/g)].map(([, name = ""]) => name);
  expect([...Object.keys(promises), ...Object.keys(notApplicable)].toSorted()).toEqual(
    names.toSorted((one, other) => (one < other ? -1 : 1)),
  );
  const page = (await read("docs/reference/worker-gateway.md")).replaceAll(/\s+/g, " ");
  for (const [name, reason] of Object.entries(notApplicable))
    expect(page).toContain(`| ${name} | ${reason} |`);
});
