/**
 * Decides what an attempt's answer means for its delivery and endpoint. Pure; `record-attempt.ts` writes it.
 */
import type { WebhookDisabledReason } from "../../prisma/generated/enums.ts";
import { MAX_SPAN_MS, planRetryMs } from "./retry-schedule.ts";
import type { Answer } from "./send.ts";

export interface Outcome {
  /** PENDING: it is tried again. */
  state: "SUCCEEDED" | "PENDING" | "FAILED";
  nextAttemptAt?: Date;
  /** The endpoint asked for a pause until then. */
  pauseUntil?: Date;
  disable?: { reason: Exclude<WebhookDisabledReason, "REQUESTED">; message: string };
}

export interface Tried {
  /** Including this one, since the delivery was created or redelivered. */
  tries: number;
  /** Start of the first of them. */
  triedSince: Date;
  /** A test is tried once and does not affect the endpoint. */
  isTest: boolean;
  endpoint: { url: string; failingSince: Date | null };
}

export function planOutcome(tried: Tried, answer: Answer, now: Date, random?: number): Outcome {
  if (answer.error === null) return { state: "SUCCEEDED" };
  if (tried.isTest) return { state: "FAILED" };
  if (answer.status === 410) {
    const message = `It answered 410 Gone, which asks to stop sending. Correct its URL, then enable it.`;
    return { state: "FAILED", disable: { reason: "GONE", message } };
  }
  const { pauseMs } = answer;
  const paused = pauseMs !== undefined && { pauseUntil: new Date(now.getTime() + pauseMs) };
  const retryMs = planRetryMs(tried.tries, {
    ...(pauseMs !== undefined && { pauseMs }),
    ...(random !== undefined && { random }),
  });
  const isInTime = retryMs !== null && now.getTime() + retryMs <= tried.triedSince.getTime() + MAX_SPAN_MS;
  if (isInTime) {
    return { state: "PENDING", nextAttemptAt: new Date(now.getTime() + retryMs), ...paused };
  }
  const { failingSince } = tried.endpoint;
  // No delivery at all succeeded while this one was being tried.
  const isDead = failingSince !== null && failingSince <= tried.triedSince;
  if (!isDead) return { state: "FAILED", ...paused };
  const message = `No delivery has succeeded since ${failingSince.toISOString()}, in ${tried.tries} attempts at one delivery; the last error: ${answer.error.message} Fix the receiver, then enable it: it receives the missed events.`;
  return { state: "FAILED", disable: { reason: "FAILING", message } };
}
