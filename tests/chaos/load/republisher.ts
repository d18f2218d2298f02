import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { encodeMessage, type Message } from "@reelay/contracts";
import { createPubSubMessaging, type SubscriptionSpec } from "@reelay/messaging";
import type { Random } from "../random.ts";

export interface Republisher extends AsyncDisposable {
  /** Number of copies delivered late and out of order. */
  readonly copies: number;
}

/**
 * Redelivers messages: subscribes to tasks and reports and publishes copies after delays up to longer than
 * the lease, hence in another order. It uses the broker like any other client.
 */
export async function republish(options: {
  brokerAddress: string;
  random: Random;
  /** The end of the disorder: delayed copies are published immediately, and no more are made. */
  signal: AbortSignal;
}): Promise<Republisher> {
  const { brokerAddress, random, signal } = options;
  const messaging = createPubSubMessaging({ projectId: "reelay", emulatorHost: brokerAddress });
  /** Copies arrive here too and are not copied again. */
  const known = new Set<string>();
  const running = new Set<Promise<void>>();
  let copies = 0;

  async function copyLater(message: Message): Promise<void> {
    const envelope = encodeMessage(message);
    const hash = createHash("sha256").update(envelope.data).digest("base64");
    if (signal.aborted || known.has(hash) || !random.chance(chanceOf(message))) return;
    known.add(hash);
    const delays = random.chance(0.3) ? [random.int(0, 500), random.int(0, 45_000)] : [random.int(0, 45_000)];
    await Promise.all(
      delays.map(async (ms) => {
        await delay(ms, undefined, { signal }).catch(() => undefined);
        await messaging.publishEncoded(envelope);
        copies += 1;
      }),
    );
  }

  for (const topic of ["tasks", "reports"] as const) {
    await messaging.consume(subscriptionOf(topic), async ({ message }) => {
      // The broker may be down, or the run over: a lost copy does no harm.
      running.add(copyLater(message).catch(() => undefined));
    });
  }
  return {
    get copies() {
      return copies;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(running);
      await messaging[Symbol.asyncDispose]();
    },
  };
}

/** Progress messages are frequent, and each of them reveals little. */
const chanceOf = ({ type }: Message): number =>
  type === "task.progressed.v1" || type === "worker.seen.v1" ? 0.1 : 0.7;

const subscriptionOf = (topic: "tasks" | "reports"): SubscriptionSpec => ({
  topic,
  name: `chaos-${topic}`,
  ackDeadlineSeconds: 30,
  isEphemeral: true,
});
