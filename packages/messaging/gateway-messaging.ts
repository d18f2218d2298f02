import { decodeMessage, type Message } from "@reelay/contracts";
import type { Delivery, Messaging } from "./messaging.ts";
import { createBackoff } from "./pubsub/retry.ts";
import { checksOf, type SubscriptionSpec, topics } from "./topology.ts";
import { withActiveTrace } from "./trace-context.ts";

/** How long a claim waits at the API. */
const WAIT_SECONDS = 25;
const REQUEST_MS = 30_000;
/** As many as a worker takes from the broker. */
const CHECKS_AT_ONCE = 2;
/** The API sends something every 15 s. */
const SILENT_MS = 60_000;

/** A worker that has joined over HTTP. */
export interface GatewaySession {
  /** Of the API, e.g. `https://video.acme.test`. */
  apiUrl: string;
  workerId: string;
  /** The worker's own, in place of its join token. */
  token: string;
}

interface GatewayOptions extends GatewaySession {
  log: (event: string, fields: object) => void;
  /** The API does not accept the worker any more: its token was revoked or has expired. Called once. */
  onRefused: (reason: string) => void;
}

/** A refusal of the API, with its code. */
export class GatewayRefusedError extends Error {
  readonly code: string;
  readonly status: number;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Exchanges a join token, once. Throws `GatewayRefusedError`, and errors of the network. */
export async function joinGateway(
  { apiUrl, joinToken }: { apiUrl: string; joinToken: string },
  about: { hostname: string; version: string },
): Promise<GatewaySession> {
  const { workerId, token } = (await request(apiUrl, "join", { token: joinToken, body: about })) as {
    workerId: string;
    token: string;
  };
  return { apiUrl, workerId, token };
}

/** Messaging of a worker that reaches the API only. */
export interface GatewayMessaging extends Messaging {
  /** The header that proves to the store that an attempt or a check is this worker's; null: it is not. */
  credentialOf(id: string): Readonly<Record<string, string>> | null;
}

/**
 * The worker's side of messaging over the API's HTTP gateway: it publishes reports, pulls tasks one at a time
 * from `claims`, and consumes its control messages and the checks that the API gives it. The API opens a
 * task's attempt when it delivers the task. Other subscriptions do not exist here: `consume` of another one
 * delivers nothing.
 */
export function createGatewayMessaging(options: GatewayOptions): GatewayMessaging {
  const { apiUrl, token, log } = options;
  const credentials = new Map<string, string>();
  /** Of the checks that run here. */
  const checks = new Map<string, string>();
  const closed = new AbortController();
  const refused = (error: unknown): void => {
    if (closed.signal.aborted || !(error instanceof GatewayRefusedError) || error.status !== 401) return;
    closed.abort();
    options.onRefused(error.message);
  };
  const call = async (path: string, body: object, more: CallOptions = {}): Promise<unknown> => {
    try {
      return await request(apiUrl, path, { token, body, ...more });
    } catch (error) {
      refused(error);
      throw error;
    }
  };

  async function publish(message: Message): Promise<void> {
    const attempt = "attemptId" in message ? credentials.get(message.attemptId) : undefined;
    const check = "checkId" in message ? checks.get(message.checkId) : undefined;
    const traced = withActiveTrace({});
    const report = {
      message,
      ...(attempt !== undefined && { attempt }),
      ...(check !== undefined && { check }),
      ...traced,
    };
    try {
      await call("reports", { reports: [report] });
    } catch (error) {
      // What the API refuses for good is not sent again: its attempt was deleted with its video, or the
      // worker is not accepted any more and must stop at once.
      if (!isFinal(error)) throw error;
      log("report.refused", { type: message.type, code: error.code, reason: error.message });
    }
  }

  /** The attempt id of a claim whose answer is unknown: the same one again returns the same task. */
  let pending: string | null = null;

  async function claim(signal: AbortSignal): Promise<Delivery[]> {
    const attemptId = (pending ??= crypto.randomUUID());
    const wait = new AbortController();
    const onAbort = () => wait.abort();
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      const answer = (await call(
        `claim?wait=${WAIT_SECONDS}`,
        { attemptId },
        { signal: AbortSignal.any([wait.signal, AbortSignal.timeout(WAIT_SECONDS * 1_000 + REQUEST_MS)]) },
      )) as ClaimAnswer | null;
      pending = null;
      return answer === null ? [] : [toDelivery(answer)];
    } catch (error) {
      if (signal.aborted) return await giveBack(attemptId);
      if (error instanceof GatewayRefusedError && error.code === "ATTEMPT_ID_TAKEN") pending = null;
      throw error;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** The answer may have crossed the abort: the task returns to the queue. */
  async function giveBack(attemptId: string): Promise<Delivery[]> {
    pending = null;
    const answer = (await call("claim?wait=0", { attemptId }).catch(() => null)) as ClaimAnswer | null;
    if (answer !== null) await toDelivery(answer).nack();
    return [];
  }

  function toDelivery({ task, attempt, traceparent }: ClaimAnswer): Delivery {
    const decoded = decodeMessage(new TextEncoder().encode(JSON.stringify(task)));
    if (!decoded.ok) throw new Error(`The API sent a task that is not readable: ${decoded.reason}`);
    credentials.set(attempt.id, `${attempt.id}.${attempt.token}`);
    const giveUp = async (isUnsupported: boolean): Promise<void> => {
      await call("return", { isUnsupported }, { attempt: `${attempt.id}.${attempt.token}` });
      credentials.delete(attempt.id);
    };
    let isSettled = false;
    const once = (settle: () => Promise<void>) => async () => {
      if (isSettled) return;
      isSettled = true;
      await settle();
    };
    return {
      message: decoded.message,
      attributes: traceparent === null ? {} : { traceparent },
      attemptId: attempt.id,
      deliveryAttempt: 1,
      // The lease began in the claim.
      ack: once(() => Promise.resolve()),
      nack: once(() => giveUp(false)),
      refuse: once(() => giveUp(true)),
    };
  }

  /** Handlers of checks by subscription. The API gives a check of any of them. */
  const checkers = new Map<string, (delivery: Delivery) => Promise<void>>();
  let asking: Promise<unknown> | undefined;
  const noCheckers = new AbortController();

  /** Asks for checks one after the other, in as many loops as may run at the same time. */
  async function askForChecks(signal: AbortSignal): Promise<void> {
    let backoff = createBackoff();
    while (!signal.aborted) {
      try {
        const wait = AbortSignal.timeout(WAIT_SECONDS * 1_000 + REQUEST_MS);
        const options = { signal: AbortSignal.any([signal, wait]) };
        const answer = (await call(`check?wait=${WAIT_SECONDS}`, {}, options)) as CheckAnswer | null;
        backoff = createBackoff();
        if (answer !== null) await check(answer);
      } catch (error) {
        if (signal.aborted) return;
        log("check.interrupted", { reason: String(error) });
        await backoff.wait(signal);
      }
    }
  }

  async function check({ check: requested, token: credential }: CheckAnswer): Promise<void> {
    const decoded = decodeMessage(new TextEncoder().encode(JSON.stringify(requested)));
    if (!decoded.ok || decoded.message.type !== "source.check-requested.v1") return;
    const { message } = decoded;
    const handle = checkers.get(checksOf(message.kind, message.tools).name);
    if (handle === undefined) return;
    checks.set(message.checkId, credential);
    const settled = () => Promise.resolve();
    try {
      await handle({ message, deliveryAttempt: 1, ack: settled, nack: settled });
    } catch (error) {
      // The API gives it to another worker after a while.
      log("check.returned", { checkId: message.checkId, reason: String(error) });
    } finally {
      checks.delete(message.checkId);
    }
  }

  function consumeChecks(name: string, handle: (delivery: Delivery) => Promise<void>): AsyncDisposable {
    checkers.set(name, handle);
    const signal = AbortSignal.any([noCheckers.signal, closed.signal]);
    asking ??= Promise.all(Array.from({ length: CHECKS_AT_ONCE }, () => askForChecks(signal)));
    return {
      async [Symbol.asyncDispose]() {
        checkers.delete(name);
        if (checkers.size > 0) return;
        noCheckers.abort();
        await asking;
      },
    };
  }

  return {
    claims,
    credentialOf(id) {
      const [attempt, checked] = [credentials.get(id), checks.get(id)];
      if (attempt !== undefined) return { "Reelay-Attempt": attempt };
      return checked === undefined ? null : { "Reelay-Check": checked };
    },
    provision: () => Promise.resolve(),
    publish,
    publishEncoded: () => Promise.reject(new Error("A worker publishes its own reports only.")),
    async pull(subscription, _max, signal) {
      if (subscription.name !== claims.name) return [];
      // A refused worker is about to stop, and must not ask again and again until then.
      if (closed.signal.aborted) await createBackoff().wait(signal);
      const until = AbortSignal.any([signal, closed.signal]);
      return until.aborted ? [] : await claim(until);
    },
    async consume(subscription, handle) {
      if (subscription.topic === topics.checks) return consumeChecks(subscription.name, handle);
      if (subscription.topic !== topics.control) return { [Symbol.asyncDispose]: () => Promise.resolve() };
      const stop = new AbortController();
      const signal = AbortSignal.any([stop.signal, closed.signal]);
      const running = follow({ apiUrl, token, signal, log, onFailed: refused }, handle);
      return {
        async [Symbol.asyncDispose]() {
          stop.abort();
          await running;
        },
      };
    },
    async ping(signal) {
      const response = await fetch(new URL("/healthz", apiUrl), signal ? { signal } : {});
      if (!response.ok) throw new Error(`The API answered ${response.status}.`);
    },
    unsubscribe: () => Promise.resolve(),
    [Symbol.asyncDispose]: async () => closed.abort(),
  };
}

/** The subscription of a worker for which the API chooses. */
const claims: SubscriptionSpec = {
  topic: topics.tasks,
  name: "claims",
  ackDeadlineSeconds: 30,
  isEphemeral: true,
};

interface CheckAnswer {
  check: unknown;
  /** `ID.TOKEN`. */
  token: string;
}

interface ClaimAnswer {
  task: unknown;
  attempt: { id: string; token: string };
  traceparent: string | null;
}

/** Another try ends the same. */
const isFinal = (error: unknown): error is GatewayRefusedError =>
  error instanceof GatewayRefusedError && [400, 401, 403, 404, 409, 413].includes(error.status);

interface CallOptions {
  signal?: AbortSignal;
  /** `ID.TOKEN`. */
  attempt?: string;
}

/** Null for an answer without content. Throws `GatewayRefusedError`. */
async function request(
  apiUrl: string,
  path: string,
  { token, body, signal, attempt }: CallOptions & { token: string; body: object },
): Promise<unknown> {
  const response = await fetch(new URL(`/worker/v1/${path}`, apiUrl), {
    method: "POST",
    headers: {
      Authorization: `Bearer ${token}`,
      "Content-Type": "application/json",
      ...(attempt !== undefined && { "Reelay-Attempt": attempt }),
    },
    body: JSON.stringify(body),
    signal: signal ?? AbortSignal.timeout(REQUEST_MS),
  });
  if (response.status === 204) return null;
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  throw toRefusal(response.status, text);
}

function toRefusal(status: number, text: string): GatewayRefusedError {
  try {
    const { error } = JSON.parse(text) as { error: { code: string; message: string } };
    return new GatewayRefusedError(status, error.code, error.message);
  } catch {
    // A proxy's answer.
    return new GatewayRefusedError(status >= 500 ? status : 502, "UNREADABLE", `The API answered ${status}.`);
  }
}

/** Follows the worker's control messages, and connects again when the connection ends. */
async function follow(
  {
    apiUrl,
    token,
    signal,
    log,
    onFailed,
  }: Pick<GatewayOptions, "apiUrl" | "token" | "log"> & {
    signal: AbortSignal;
    onFailed: (error: unknown) => void;
  },
  handle: (delivery: Delivery) => Promise<void>,
): Promise<void> {
  let backoff = createBackoff();
  while (!signal.aborted) {
    try {
      const response = await fetch(new URL("/worker/v1/control", apiUrl), {
        headers: { Authorization: `Bearer ${token}` },
        signal,
      });
      if (!response.ok || response.body === null) throw toRefusal(response.status, await response.text());
      for await (const message of eventsOf(response.body)) {
        backoff = createBackoff();
        const settled = () => Promise.resolve();
        await handle({ message, deliveryAttempt: 1, ack: settled, nack: settled });
      }
    } catch (error) {
      onFailed(error);
      if (!signal.aborted) log("control.interrupted", { reason: String(error) });
    }
    if (!signal.aborted) await backoff.wait(signal);
  }
}

/** The messages of server-sent events. Throws when the connection breaks or is silent. */
async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Message> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const silent = Promise.withResolvers<never>();
      const timer = setTimeout(() => silent.reject(new Error("The connection is silent.")), SILENT_MS);
      const { done, value } = await Promise.race([reader.read(), silent.promise]).finally(() =>
        clearTimeout(timer),
      );
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (!line.startsWith("data: ")) continue;
        const decoded = decodeMessage(new TextEncoder().encode(line.slice("data: ".length)));
        if (decoded.ok) yield decoded.message;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
