import { type Message, type Pool, pools } from "@reelay/contracts";

/** Topics and subscriptions, without the configurable prefix. */
export const topics = {
  tasks: "tasks",
  reports: "reports",
  control: "control",
  unreadable: "unreadable",
} as const;
export type Topic = (typeof topics)[keyof typeof topics];

/** The topic that a message belongs on. */
export function topicOf(type: Message["type"]): Topic {
  if (type === "render.requested.v1") return topics.tasks;
  if (type === "render.cancel-requested.v1") return topics.control;
  return topics.reports;
}

export interface SubscriptionSpec {
  topic: Topic;
  name: string;
  /** Pub/Sub filter over attributes. */
  filter?: string;
  /** How long the broker waits for an acknowledgement. */
  ackDeadlineSeconds: number;
  /** Deleted by the broker when unused for a day. */
  isEphemeral: boolean;
}

/** Durable: one per pool, shared by all workers of the pool. */
export const tasksOf = (pool: Pool): SubscriptionSpec => ({
  topic: topics.tasks,
  name: `tasks-${pool}`,
  filter: `attributes.pool = "${pool}"`,
  ackDeadlineSeconds: 30,
  isEphemeral: false,
});

/** Durable: shared by all API processes; every report is applied once by one of them. */
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

/** One per worker: what is addressed to it. */
export const controlOf = (workerId: string): SubscriptionSpec => ({
  topic: topics.control,
  name: `control-${workerId}`,
  filter: `attributes.workerId = "${workerId}"`,
  ackDeadlineSeconds: 10,
  isEphemeral: true,
});

/** Durable: what nobody could read, kept for seven days for operators to look at. Reelay itself never consumes it. */
export const unreadableMessages: SubscriptionSpec = {
  topic: topics.unreadable,
  name: "unreadable",
  ackDeadlineSeconds: 60,
  isEphemeral: false,
};

/** What must exist before messages are published, or they reach nobody. */
export const durableSubscriptions: readonly SubscriptionSpec[] = [
  ...pools.map(tasksOf),
  projectorReports,
  unreadableMessages,
];
