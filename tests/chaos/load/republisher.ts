import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { encodeMessage, type Message } from "@reelay/contracts";
import { createPubSubMessaging, type SubscriptionSpec } from "@reelay/messaging";
import type { Random } from "../random.ts";

export interface Republisher extends AsyncDisposable {
  /** Copies that were delivered, late and out of order. */
  readonly copies: number;
}

/**
 * Delivers messages again: listens to tasks and reports through subscriptions of its own and publishes copies of what it hears, after
 * anything up to longer than the lease, so in another order. It needs nothing of the broker that another client would not have.
 */
export async function republish(options: {
  brokerAddress: string;
  random: Random;
  /** The end of the disorder: what is still held back is delivered at once, and nothing is copied any more. */
  signal: AbortSignal;
}): Promise<Republisher> {
  const { brokerAddress, random, signal } = options;
  const messaging = createPubSubMessaging({ projectId: "reelay", emulatorHost: brokerAddress });
  /** A copy comes by here, too, and is not copied again. */
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
      // The broker may be down, or the run over: a copy that is not sent harms nobody.
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

/** There is a lot of progress, and little to learn from each of it. */
const chanceOf = ({ type }: Message): number =>
  type === "render.progressed.v1" || type === "worker.seen.v1" ? 0.1 : 0.7;

const subscriptionOf = (topic: "tasks" | "reports"): SubscriptionSpec => ({
  topic,
  name: `chaos-${topic}`,
  ackDeadlineSeconds: 30,
  isEphemeral: true,
});
