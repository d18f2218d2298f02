import { setTimeout as sleep } from "node:timers/promises";
import { type Message as ClientMessage, Duration, type Subscription } from "@google-cloud/pubsub";
import type { ConsumeOptions, Delivery } from "../messaging.ts";
import type { SubscriptionSpec } from "../topology.ts";
import type { Connection } from "./connection.ts";
import { createHandling, type Handling } from "./handling.ts";
import { ensureSubscription } from "./provision.ts";
import type { Publish } from "./publish.ts";
import { codeOf, createBackoff, grpcStatus, isTransient, reasonOf } from "./retry.ts";

/** Time limit for the last acknowledgements when a consumer stops and the broker is unavailable. */
const LAST_ACKS_MS = 2_000;

/** See `Messaging.consume`. */
export async function consume(
  connection: Connection,
  publish: Publish,
  spec: SubscriptionSpec,
  handle: (delivery: Delivery) => Promise<void>,
  options: ConsumeOptions = {},
): Promise<AsyncDisposable> {
  const maxInFlight = options.maxInFlight ?? 100;
  const stopping = new AbortController();
  const handling = createHandling({ connection, publish, spec, handle, maxInFlight });
  await create(connection, spec);
  const ended = keepStreaming(connection, spec, maxInFlight, handling, stopping.signal);
  return {
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await ended;
    },
  };
}

/** An unavailable broker does not fail the start: streaming retries. A refusal does. */
async function create(connection: Connection, spec: SubscriptionSpec): Promise<void> {
  try {
    await ensureSubscription(connection, spec);
  } catch (error) {
    // A consumer without permission to create needs none. If the subscription is missing, streaming reports
    // it.
    if (!isTransient(error) && codeOf(error) !== grpcStatus.permissionDenied) throw error;
    connection.log("messaging.subscription-not-created", {
      subscription: connection.subscriptionPath(spec),
      reason: reasonOf(error),
    });
  }
}

/** Streams until aborted. A stream that ends with an error is followed by another. */
async function keepStreaming(
  connection: Connection,
  spec: SubscriptionSpec,
  maxInFlight: number,
  handling: Handling,
  signal: AbortSignal,
): Promise<void> {
  const backoff = createBackoff();
  while (!signal.aborted) {
    const stream = openStream(connection, spec, maxInFlight);
    // Reports what the client handles itself: reopened streams and lost acknowledgements.
    stream.on("debug", ({ message }) => {
      connection.log("messaging.stream-retried", { subscription: stream.name, reason: message });
    });
    const error = await streamUntil(stream, signal, (message) => {
      backoff.reset();
      handling.take(message);
    });
    if (error === undefined) {
      await finish(stream, handling);
      return;
    }
    void stream.close().catch(() => {});
    connection.log("messaging.consume-interrupted", { subscription: stream.name, reason: reasonOf(error) });
    await backoff.wait(signal);
    if (!signal.aborted) await create(connection, spec).catch(() => {});
  }
  await handling.finish();
}

/** Resolves with the error that ended the stream, or with undefined when aborted. */
async function streamUntil(
  stream: Subscription,
  signal: AbortSignal,
  take: (message: ClientMessage) => void,
): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const stop = () => resolve(undefined);
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  stream.on("error", resolve);
  stream.on("close", () => resolve(new Error("the stream was closed")));
  stream.on("message", take);
  const error = await promise;
  signal.removeEventListener("abort", stop);
  return error;
}

/** Stops receiving, waits for running handlers, and sends the last acknowledgements. */
async function finish(stream: Subscription, handling: Handling): Promise<void> {
  // Caught here: it may fail while the handlers are awaited, before anything else listens.
  const closed = stream.close().catch(() => {});
  await handling.finish();
  const impatience = new AbortController();
  await Promise.race([
    closed,
    sleep(LAST_ACKS_MS, undefined, { signal: impatience.signal, ref: false }).catch(() => {}),
  ]);
  impatience.abort();
}

const openStream = (connection: Connection, spec: SubscriptionSpec, maxInFlight: number): Subscription =>
  connection.pubsub.subscription(connection.subscriptionPath(spec), {
    flowControl: { maxMessages: maxInFlight },
    // The client renews the leases of running handlers; this is the length of each renewal.
    minAckDeadline: Duration.from({ seconds: spec.ackDeadlineSeconds }),
    // One stream is enough for JSON. The library's five would each receive a share of the messages, out of
    // order.
    streamingOptions: {
      maxStreams: 1,
      // Connection timeout. The library's five minutes would keep a stopped process alive for as long.
      timeout: 10_000,
      retryMinBackoff: Duration.from({ milliseconds: 100 }),
      retryMaxBackoff: Duration.from({ seconds: 5 }),
    },
    batching: { maxMilliseconds: 5, callOptions: { timeout: 10_000 } },
    closeOptions: { behavior: "WAIT", timeout: Duration.from({ minutes: 60 }) },
  });
