import {
  checkableKinds,
  expressKinds,
  kindDefinitions,
  kindOf,
  type Message,
  type Pool,
  pools,
  queueOf,
} from "@reelay/contracts";

/** Topics and subscriptions, without the configurable prefix. */
export const topics = {
  tasks: "tasks",
  reports: "reports",
  control: "control",
  checks: "checks",
  unreadable: "unreadable",
} as const;
export type Topic = (typeof topics)[keyof typeof topics];

/** The topic of a message type. */
export function topicOf(type: Message["type"]): Topic {
  if (type === "task.requested.v1") return topics.tasks;
  if (type === "task.cancel-requested.v1") return topics.control;
  if (type === "source.check-requested.v1") return topics.checks;
  return topics.reports;
}

export interface SubscriptionSpec {
  topic: Topic;
  name: string;
  /** Pub/Sub filter over attributes. */
  filter?: string;
  /** The broker's acknowledgement deadline. */
  ackDeadlineSeconds: number;
  /** True: the broker deletes it after a day without use. */
  isEphemeral: boolean;
}

const nameOf = (kind: string, tools: readonly string[]): string =>
  [kind, ...tools.toSorted()].join("-").toLowerCase();

/**
 * Durable. One per pool and kind, shared by the workers that offer the kind: no worker receives a task of
 * another kind. Tasks that need a tool have one of their own, for the workers that have it.
 */
export const tasksOf = (pool: Pool, kind: string, tools: readonly string[] = []): SubscriptionSpec => ({
  topic: topics.tasks,
  name: `tasks-${pool}-${nameOf(kind, tools)}`,
  filter: `attributes.pool = "${pool}" AND attributes.kind = "${queueOf(kind, tools)}"`,
  ackDeadlineSeconds: 30,
  isEphemeral: false,
});

/**
 * Durable. One per pool and kind that has express tasks, shared by the workers that have express slots: their
 * slots are full when such a task comes.
 */
export const expressTasksOf = (pool: Pool, kind: string): SubscriptionSpec => ({
  ...tasksOf(pool, kind),
  name: `tasks-${pool}-${nameOf(kind, [])}-express`,
  filter: `attributes.pool = "${pool}" AND attributes.kind = "${queueOf(kind, [], true)}"`,
});

/**
 * Durable. One per kind whose sources can be checked, shared by the workers that offer the kind, in whatever
 * pool.
 */
export const checksOf = (kind: string, tools: readonly string[] = []): SubscriptionSpec => ({
  topic: topics.checks,
  name: `checks-${nameOf(kind, tools)}`,
  filter: `attributes.kind = "${queueOf(kind, tools)}"`,
  ackDeadlineSeconds: 10,
  isEphemeral: false,
});

/** Durable. Shared by all API processes; exactly one of them applies each report. */
export const projectorReports: SubscriptionSpec = {
  topic: topics.reports,
  name: "reports-projector",
  ackDeadlineSeconds: 30,
  isEphemeral: false,
};

/** One per API process: all reports, for its own viewers. */
export const liveReports = (apiId: string): SubscriptionSpec => ({
  topic: topics.reports,
  name: `reports-live-${apiId}`,
  ackDeadlineSeconds: 10,
  isEphemeral: true,
});

/** One per worker: the messages addressed to it. */
export const controlOf = (workerId: string): SubscriptionSpec => ({
  topic: topics.control,
  name: `control-${workerId}`,
  filter: `attributes.workerId = "${workerId}"`,
  ackDeadlineSeconds: 10,
  isEphemeral: true,
});

/**
 * One per API process that serves workers over HTTP: the messages to all workers, of which it forwards
 * theirs.
 */
export const allControl = (apiId: string): SubscriptionSpec => ({
  topic: topics.control,
  name: `control-api-${apiId}`,
  ackDeadlineSeconds: 10,
  isEphemeral: true,
});

/**
 * Durable: unreadable messages, kept for seven days for operators to inspect. Reelay itself never consumes
 * it.
 */
export const unreadableMessages: SubscriptionSpec = {
  topic: topics.unreadable,
  name: "unreadable",
  ackDeadlineSeconds: 60,
  isEphemeral: false,
};

/** No tool, and each tool of a kind alone. */
export const toolSetsOf = (kind: string, tools = Object.keys(kindOf(kind)?.tools ?? {})): string[][] => [
  [],
  ...tools.map((tool) => [tool]),
];

/** These must exist before messages are published; otherwise the messages reach no consumer. */
export const durableSubscriptions: readonly SubscriptionSpec[] = [
  ...pools.flatMap((pool) =>
    Object.keys(kindDefinitions).flatMap((kind) =>
      toolSetsOf(kind).map((tools) => tasksOf(pool, kind, tools)),
    ),
  ),
  ...pools.flatMap((pool) => expressKinds.map((kind) => expressTasksOf(pool, kind))),
  ...checkableKinds.flatMap((kind) => toolSetsOf(kind).map((tools) => checksOf(kind, tools))),
  projectorReports,
  unreadableMessages,
];
