import { randomUUID } from "node:crypto";
import type { TaskCancelRequested, TaskStarted } from "@reelay/contracts";
import type { Delivery, Messaging } from "./messaging.ts";
import { connect } from "./pubsub/connection.ts";
import { createPubSubMessaging } from "./pubsub-messaging.ts";

/** A server that the contract suite runs against. */
export interface ServerUnderTest {
  name: string;
  start(port?: number): Promise<AsyncDisposable & { address: string; port: number }>;
  /** Features that the server lacks, with the reason. Tests that need one are skipped by name. */
  lacks: Partial<Record<Feature, string>>;
}

export type Feature = "restart";

const PROJECT_ID = "contract";

/** Clients with their own names, so that tests on one server do not interfere. */
export function createWorld(address: string): {
  messaging(): Messaging;
  connection(): ReturnType<typeof connect>;
  prefix: string;
  log: { event: string; fields: object }[];
} & AsyncDisposable {
  const prefix = `t${randomUUID().slice(0, 8)}-`;
  const opened = new AsyncDisposableStack();
  const log: { event: string; fields: object }[] = [];
  const options = {
    projectId: PROJECT_ID,
    emulatorHost: address,
    prefix,
    log: (event: string, fields: object) => void log.push({ event, fields }),
  };
  return {
    prefix,
    log,
    messaging: () => opened.use(createPubSubMessaging(options)),
    connection: () => opened.use(connect(options)),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** A report identified by `mark`. */
export const started = (mark: string): TaskStarted => ({
  type: "task.started.v1",
  videoId: randomUUID(),
  jobId: randomUUID(),
  taskId: randomUUID(),
  attemptId: randomUUID(),
  fencingToken: 0,
  workerId: mark,
  kind: "TRANSCODE",
  at: new Date().toISOString(),
});

export const cancelFor = (workerId: string): TaskCancelRequested => ({
  type: "task.cancel-requested.v1",
  taskId: randomUUID(),
  attemptId: randomUUID(),
  workerId,
  reason: "CANCELED",
  requestedAt: new Date().toISOString(),
});

export const markOf = ({ message }: Delivery): string =>
  message.type === "task.started.v1" || message.type === "task.cancel-requested.v1"
    ? message.workerId
    : message.type;

/** Collects what arrives and resolves when enough messages have come. */
export function createInbox(): {
  readonly marks: string[];
  put(delivery: Delivery): void;
  /** Resolves when `count` messages have arrived. */
  waitFor(count: number): Promise<string[]>;
} {
  const marks: string[] = [];
  let waiting: { count: number; resolve: (marks: string[]) => void }[] = [];
  return {
    marks,
    put: (delivery) => {
      marks.push(markOf(delivery));
      for (const { count, resolve } of waiting) if (marks.length >= count) resolve(marks);
      waiting = waiting.filter(({ count }) => count > marks.length);
    },
    waitFor: (count) => {
      if (marks.length >= count) return Promise.resolve(marks);
      const { promise, resolve } = Promise.withResolvers<string[]>();
      waiting.push({ count, resolve });
      return promise;
    },
  };
}

/** Several times the longest acknowledgement deadline, after which the broker redelivers a message. */
const DRAIN_MS = 180_000;

/** Pulls and acknowledges until `count` messages have arrived. */
export async function drain(
  pull: (signal: AbortSignal) => Promise<Delivery[]>,
  count: number,
): Promise<string[]> {
  const marks: string[] = [];
  const signal = AbortSignal.timeout(DRAIN_MS);
  while (marks.length < count) {
    signal.throwIfAborted();
    for (const delivery of await pull(signal)) {
      marks.push(markOf(delivery));
      await delivery.ack();
    }
  }
  return marks;
}
