/** What an attempt's answer means for its delivery and its endpoint: decided purely, written by `record-attempt.ts`. */
import type { WebhookDisabledReason } from "../../prisma/generated/enums.ts";
import type { Answer } from "./answer.ts";
import { maxSpanMs, planRetryMs } from "./retry-schedule.ts";

export interface Outcome {
  /** PENDING: it is tried again. */
  state: "SUCCEEDED" | "PENDING" | "FAILED";
  nextAttemptAt?: Date;
  /** The endpoint asks to be left alone until then. */
  pauseUntil?: Date;
  disable?: { reason: Exclude<WebhookDisabledReason, "REQUESTED">; message: string };
}

export interface Tried {
  /** This one included, since it was made or redelivered. */
  tries: number;
  /** When the first of them began. */
  triedSince: Date;
  /** A test is tried once, and says nothing of the endpoint. */
  isTest: boolean;
  endpoint: { url: string; failingSince: Date | null };
}

export function planOutcome(tried: Tried, answer: Answer, now: Date, random?: number): Outcome {
  if (answer.error === null) return { state: "SUCCEEDED" };
  if (tried.isTest) return { state: "FAILED" };
  if (answer.status === 410) {
    const message = `It answered 410 Gone, which asks for nothing more to be sent. Correct its address, then enable it.`;
    return { state: "FAILED", disable: { reason: "GONE", message } };
  }
  const { pauseMs } = answer;
  const paused = pauseMs !== undefined && { pauseUntil: new Date(now.getTime() + pauseMs) };
  const retryMs = planRetryMs(tried.tries, {
    ...(pauseMs !== undefined && { pauseMs }),
    ...(random !== undefined && { random }),
  });
  const isInTime = retryMs !== null && now.getTime() + retryMs <= tried.triedSince.getTime() + maxSpanMs;
  if (isInTime) {
    return { state: "PENDING", nextAttemptAt: new Date(now.getTime() + retryMs), ...paused };
  }
  const { failingSince } = tried.endpoint;
  // Nothing at all arrived in the time in which this one was tried.
  const isDead = failingSince !== null && failingSince <= tried.triedSince;
  if (!isDead) return { state: "FAILED", ...paused };
  const message = `Nothing was taken since ${failingSince.toISOString()}, in ${tried.tries} attempts at a delivery; the last: ${answer.error.message} Mend the receiver, then enable it: it gets what it missed.`;
  return { state: "FAILED", disable: { reason: "FAILING", message } };
}
