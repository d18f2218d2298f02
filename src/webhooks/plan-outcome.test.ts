import { expect, test } from "vitest";
import { planOutcome, type Tried } from "./plan-outcome.ts";
import type { Answer } from "./send.ts";

const now = new Date("2026-11-24T20:00:00Z");
const ago = (ms: number) => new Date(now.getTime() - ms);
const day = 86_400_000;
const refused = (status: number | null, more: Partial<Answer> = {}): Answer => ({
  ...{ status, headers: {}, body: "", isCut: false, durationMs: 5 },
  error: { code: status === null ? "UNREACHABLE" : "HTTP_STATUS", message: "It is away." },
  ...more,
});
const tried = (tries: number, more: Partial<Tried> = {}): Tried => ({
  ...{ tries, triedSince: ago(60_000), isTest: false },
  endpoint: { url: "https://example.com/", failingSince: ago(60_000) },
  ...more,
});
const plan = (subject: Tried, answer: Answer) => planOutcome(subject, answer, now, 0.5);

test("an accepted message is settled", () => {
  expect(plan(tried(1), { ...refused(204), error: null })).toEqual({ state: "SUCCEEDED" });
});

test("a refused message is retried according to the schedule", () => {
  expect(plan(tried(2), refused(500))).toEqual({
    state: "PENDING",
    nextAttemptAt: new Date(now.getTime() + 300_000),
  });
});

test("a pause that the receiver requests applies to all its deliveries", () => {
  const until = new Date(now.getTime() + 600_000);
  expect(plan(tried(1), refused(429, { pauseMs: 600_000 }))).toEqual({
    state: "PENDING",
    nextAttemptAt: until,
    pauseUntil: until,
  });
});

test("410 Gone disables the endpoint immediately", () => {
  expect(plan(tried(1), refused(410))).toMatchObject({ state: "FAILED", disable: { reason: "GONE" } });
});

test("after the last attempt the endpoint is disabled only if it accepted no other message", () => {
  const triedSince = ago(3.1 * day);
  const failing = (failingSince: Date) =>
    plan(tried(10, { triedSince, endpoint: { url: "https://example.com/", failingSince } }), refused(null));
  expect(failing(triedSince)).toMatchObject({
    state: "FAILED",
    disable: {
      reason: "FAILING",
      message: expect.stringMatching(/in 10 attempts .* the last error: It is away\./),
    },
  });
  expect(failing(ago(day))).toEqual({ state: "FAILED" });
});

test("a delivery ends within four days, regardless of how its attempts were moved", () => {
  const old = tried(5, {
    triedSince: ago(3.9 * day),
    endpoint: { url: "https://example.com/", failingSince: ago(60_000) },
  });
  expect(plan(old, refused(500))).toEqual({ state: "FAILED" });
});

test("a test message is attempted once and does not affect the endpoint", () => {
  expect(plan(tried(1, { isTest: true }), refused(410))).toEqual({ state: "FAILED" });
});
