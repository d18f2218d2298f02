import { checkedLookup, checkTarget, RefusedTargetError } from "@reelay/egress";
import { Agent, type Dispatcher, request } from "undici";
import { parseRetryAfterMs } from "./retry-schedule.ts";

/** The part of an answer's body that is stored. */
const MAX_BODY_BYTES = 4_096;
/** Time limit for the body after the status has arrived. */
const BODY_MS = 2_000;

export interface Sender extends AsyncDisposable {
  /** Sends one request and returns its result. Rejects only with the signal's own reason. */
  send(
    message: { url: string; headers: Record<string, string>; body: string },
    signal: AbortSignal,
  ): Promise<Answer>;
}

/**
 * Requests to URLs chosen by customers. Each connects to exactly the address that was checked; redirects are
 * not followed, because the owner should correct the URL. One request has `timeoutMs` from the lookup of its
 * host to the status.
 */
export function createSender(options: {
  timeoutMs: number;
  /** Hosts, addresses and CIDR ranges that are allowed although they are not public. */
  allowPrivate: readonly string[];
  clock: () => Date;
}): Sender {
  const { timeoutMs, allowPrivate, clock } = options;
  const dispatcher = new Agent({
    connect: { lookup: checkedLookup(allowPrivate), timeout: Math.min(10_000, timeoutMs) },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    // An idle connection is closed before the receiver's side does it under the next request.
    keepAliveTimeout: 4_000,
  });
  return {
    async send({ url, headers, body }, stop) {
      const startedAt = performance.now();
      const timeout = AbortSignal.timeout(timeoutMs);
      const signal = AbortSignal.any([stop, timeout]);
      const took = () => Math.round(performance.now() - startedAt);
      try {
        // Ports and literal addresses never reach the connection's look-up: checked here.
        await checkTarget(new URL(url), allowPrivate);
        const response = await request(url, { method: "POST", headers, body, dispatcher, signal });
        const text = await readBeginning(response.body);
        return { ...judge(response, clock()), ...text, durationMs: took() };
      } catch (error) {
        stop.throwIfAborted();
        const none = { status: null, headers: null, body: null, isCut: false, durationMs: took() };
        return { ...none, error: explain(error, { url, isTimeout: timeout.aborted, timeoutMs }) };
      }
    },
    [Symbol.asyncDispose]: () => dispatcher.destroy(),
  };
}

function judge(
  { statusCode, headers }: Dispatcher.ResponseData,
  now: Date,
): Pick<Answer, "status" | "headers" | "error" | "pauseMs"> {
  const received = { status: statusCode, headers: plain(headers) };
  if (statusCode >= 200 && statusCode < 300) return { ...received, error: null };
  if (statusCode >= 300 && statusCode < 400) {
    const to = received.headers["location"];
    const message = `It answered ${statusCode}${to === undefined ? "" : `, to ${to.slice(0, 200)}`}; redirects are not followed. Set the endpoint's URL to the redirect's target.`;
    return { ...received, error: { code: "REDIRECT_REFUSED", message } };
  }
  const pauseMs =
    statusCode === 429 || statusCode === 503 ? parseRetryAfterMs(headers["retry-after"], now) : undefined;
  const error = { code: "HTTP_STATUS" as const, message: `It answered ${statusCode}; expected 2xx.` };
  return { ...received, error, ...(pauseMs !== undefined && { pauseMs }) };
}

const plain = (headers: Dispatcher.ResponseData["headers"]): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, storable(Array.isArray(value) ? value.join(", ") : value)]],
    ),
  );

/** Postgres has no text with a NUL in it, and JSON no half characters. */
const storable = (text: string): string => text.replaceAll("\0", "\uFFFD").toWellFormed();

/** The beginning of the body, as far as it arrives in time: the status already decides. */
async function readBeginning(body: Dispatcher.ResponseData["body"]): Promise<Pick<Answer, "body" | "isCut">> {
  const chunks: Buffer[] = [];
  let size = 0;
  let isWhole = false;
  const late = setTimeout(() => body.destroy(), BODY_MS);
  try {
    for await (const chunk of body) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size > MAX_BODY_BYTES) break;
    }
    isWhole = size <= MAX_BODY_BYTES;
  } catch {
    // Cut off: the received part is kept.
  } finally {
    clearTimeout(late);
    body.on("error", () => undefined).destroy();
  }
  return {
    body: storable(Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES).toString("utf8")),
    isCut: !isWhole,
  };
}

function explain(
  error: unknown,
  { url, isTimeout, timeoutMs }: { url: string; isTimeout: boolean; timeoutMs: number },
): NonNullable<Answer["error"]> {
  const { host } = new URL(url);
  const cause = rootCause(error);
  if (cause instanceof RefusedTargetError) {
    const message = `${cause.message}. ${cause.remedy}, or allow the host with WEBHOOK_ALLOW_PRIVATE.`;
    return { code: "ADDRESS_REFUSED", message };
  }
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (isTimeout || /TIMEOUT|ETIMEDOUT/.test(code)) {
    const message = `${host} did not answer within ${timeoutMs / 1_000} s; accept the message, answer 204, and process it afterwards.`;
    return { code: "TIMEOUT", message };
  }
  const what = cause instanceof Error ? cause.message.slice(0, 300) : String(cause);
  return { code: "UNREACHABLE", message: `${host} could not be reached: ${storable(what)}.` };
}

/** Errors are wrapped, and combined if every address of a host failed. */
function rootCause(error: unknown): unknown {
  if (error instanceof RefusedTargetError) return error;
  if (error instanceof AggregateError && error.errors.length > 0) return rootCause(error.errors[0]);
  if (error instanceof Error && error.cause !== undefined) return rootCause(error.cause);
  return error;
}

/** The result of one request to an endpoint. */
export interface Answer {
  /** Null: there was no answer. */
  status: number | null;
  headers: Record<string, string> | null;
  /** The beginning of the body, as text. */
  body: string | null;
  isCut: boolean;
  durationMs: number;
  /** Null if it was accepted (2xx). */
  error: { code: WebhookErrorCode; message: string } | null;
  /** The pause requested by `Retry-After`, with 429 or 503. */
  pauseMs?: number;
}

/** Stable; clients switch on it. */
export type WebhookErrorCode =
  | "HTTP_STATUS"
  | "REDIRECT_REFUSED"
  | "ADDRESS_REFUSED"
  | "SECRET_UNREADABLE"
  | "TIMEOUT"
  | "UNREACHABLE";
