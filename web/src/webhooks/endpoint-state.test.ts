import { expect, test } from "vitest";
import { deliveryWord, endpointWord, lastAnswer } from "./endpoint-state.ts";

test("a failing endpoint is distinguished from a disabled one", () => {
  const word = (patch: object) =>
    endpointWord({ status: "ENABLED", disabledReason: null, failingSince: null, ...patch }).text;
  expect(word({})).toBe("Enabled");
  expect(word({ failingSince: "2026-11-21T12:00:00Z" })).toBe("Failing");
  expect(word({ status: "DISABLED", disabledReason: "REQUESTED" })).toBe("Disabled");
  expect(word({ status: "DISABLED", disabledReason: "GONE" })).toBe("Gone");
  expect(word({ status: "DISABLED", disabledReason: "FAILING" })).toBe("Disabled");
});

test("a delivery shows the result of its last attempt", () => {
  expect(deliveryWord({ status: "PENDING", attemptCount: 0 }).text).toBe("Waiting");
  expect(deliveryWord({ status: "PENDING", attemptCount: 2 }).text).toBe("Retrying");
  expect(deliveryWord({ status: "SUCCEEDED", attemptCount: 2 }).text).toBe("Delivered");
  const failed = { number: 1, error: { code: "HTTP_STATUS" }, response: { status: 500 } };
  expect(lastAnswer({ attempts: [] })).toBeNull();
  expect(lastAnswer({ attempts: [failed] })).toBe("HTTP 500");
  expect(lastAnswer({ attempts: [failed, { number: 2, error: { code: "TIMEOUT" }, response: null }] })).toBe(
    "TIMEOUT",
  );
});
