import { expect, test } from "vitest";
import { planWebhookAllowance } from "./plan-environment.ts";

test("a system that only this machine can reach may send webhooks to this machine", () => {
  expect(planWebhookAllowance({}, "127.0.0.1")).toBe("localhost,127.0.0.1,::1");
  expect(planWebhookAllowance({ FETCH_ALLOW_PRIVATE: "cms.internal" }, "::1")).toBe(
    "cms.internal,localhost,127.0.0.1,::1",
  );
});

test.each([
  ["others reach it by its address", {}, "0.0.0.0"],
  ["others reach it by a name", { PUBLIC_URL: "https://video.example.com" }, "127.0.0.1"],
  ["it runs in production", { NODE_ENV: "production" }, "127.0.0.1"],
  ["a user decided otherwise", { WEBHOOK_ALLOW_PRIVATE: "cms.internal" }, "127.0.0.1"],
])("not when %s", (_why, environment, host) => {
  expect(planWebhookAllowance(environment, host)).toBeUndefined();
});
