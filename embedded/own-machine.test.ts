import { expect, test } from "vitest";
import { planWebhookAllowance } from "./plan-environment.ts";

test("a system reachable only from this machine may send webhooks to this machine", () => {
  expect(planWebhookAllowance({}, "127.0.0.1")).toBe("localhost,127.0.0.1,::1");
  expect(planWebhookAllowance({ FETCH_ALLOW_PRIVATE: "cms.internal" }, "::1")).toBe(
    "cms.internal,localhost,127.0.0.1,::1",
  );
});

test.each([
  ["the system listens on all addresses", {}, "0.0.0.0"],
  ["the system has a public URL", { PUBLIC_URL: "https://video.example.com" }, "127.0.0.1"],
  ["the system runs in production", { NODE_ENV: "production" }, "127.0.0.1"],
  ["a user configured an allow list", { WEBHOOK_ALLOW_PRIVATE: "cms.internal" }, "127.0.0.1"],
])("webhooks to this machine are not allowed if %s", (_why, environment, host) => {
  expect(planWebhookAllowance(environment, host)).toBeUndefined();
});
