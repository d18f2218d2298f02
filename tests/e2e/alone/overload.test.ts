import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { documents, startFleet } from "../../kit/index.ts";

interface Answer {
  data?: { createVideo?: { __typename: string } };
  errors?: { message: string; extensions: { code: string; retryAfterMs?: number } }[];
}

test("2,000 concurrent mutations all succeed, overload is answered with Retry-After, and readiness responds", {
  timeout: 300_000,
}, async () => {
  await using fleet = await startFleet();
  // Another test covers the workspace's quota.
  const api = await fleet.startApi({ QUOTA_ACTIVE_JOBS: "none" });

  async function create(index: number): Promise<string> {
    const source = { upload: { filename: "v.mp4", sizeBytes: 5 } };
    const variables = { input: { title: `v${index}`, idempotencyKey: `v${index}`, source } };
    for (;;) {
      const response = await fetch(`${api.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${fleet.token}` },
        body: JSON.stringify({ query: documents.createVideo, variables }),
      });
      const { data, errors } = (await response.json()) as Answer;
      const { code, retryAfterMs } = errors?.[0]?.extensions ?? {};
      if (code !== "OVERLOADED") return data?.createVideo?.__typename ?? JSON.stringify(errors);
      expect([response.status, Number(response.headers.get("retry-after"))]).toEqual([
        503,
        Math.ceil((retryAfterMs ?? 0) / 1_000),
      ]);
      await delay(retryAfterMs);
    }
  }

  // A balancer also does this from the start.
  expect((await fetch(`${api.url}/readyz`)).status).toBe(200);
  const over = new AbortController();
  const ready: number[] = [];
  const probes = (async () => {
    while (!over.signal.aborted) {
      ready.push((await fetch(`${api.url}/readyz`)).status);
      await delay(200);
    }
  })();
  const answers = await Promise.all(Array.from({ length: 2_000 }, (_, index) => create(index)));
  over.abort();
  await probes;

  expect([...new Set(answers)]).toEqual(["Video"]);
  expect(await fleet.db.video.count()).toBe(2_000);
  expect([...new Set(ready)]).toEqual([200]);
});
