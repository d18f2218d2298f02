import { Gauge, Registry } from "prom-client";
import { expect, test } from "vitest";
import { createTestApi } from "../../schema/testing/test-api.ts";
import { createApiKey } from "../auth/api-keys.ts";
import { startMetricsServer } from "./metrics.ts";

test("in production the metrics require a key with the scope OPERATOR", async () => {
  await using api = await createTestApi({ config: { isDevelopment: false, graceMs: 500 } });
  const { token } = await createApiKey(api.db, {
    workspaceId: api.ours.id,
    name: "Prometheus",
    scopes: ["OPERATOR"],
  });
  const scrape = async (key?: string) => {
    const answer = await fetch(`${api.url}/metrics`, {
      ...(key !== undefined && { headers: { Authorization: `Bearer ${key}` } }),
    });
    return [answer.status, await answer.text()] as const;
  };
  expect(await scrape()).toEqual([401, expect.stringContaining('"UNAUTHENTICATED"')]);
  expect(await scrape(`rk_${"x".repeat(43)}`)).toEqual([401, expect.stringContaining("METRICS_PORT")]);
  expect(await scrape(api.ours.admin)).toEqual([403, expect.stringContaining("scope OPERATOR")]);
  expect((await scrape(token))[0]).toBe(200);
});

test("the metrics port needs no key and serves only the metrics", async () => {
  const metrics = new Registry();
  new Gauge({ name: "films", help: "Films.", registers: [metrics] }).set(7);
  await using server = await startMetricsServer(0, metrics);
  const get = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return [answer.status, await answer.text()];
  };
  expect(await get("/metrics")).toEqual([200, expect.stringContaining("films 7")]);
  expect((await get("/graphql"))[0]).toBe(404);
  await expect(startMetricsServer(server.port, metrics)).rejects.toMatchObject({
    code: "EADDRINUSE",
  });
});
