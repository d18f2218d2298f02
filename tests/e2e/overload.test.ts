import { expect, test } from "vitest";
import { documents, startSystem } from "../kit/index.ts";

/** What came back of many mutations that were sent at once. */
interface Answered {
  status: number;
  code: string | null;
  ms: number;
}

test("two thousand mutations at once are all taken, and health is answered meanwhile", async () => {
  await using system = await startSystem({ workers: 0 });
  const { url, token } = system.client;
  const create = async (index: number): Promise<Answered> => {
    const from = performance.now();
    const response = await fetch(`${url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: JSON.stringify({
        query: documents.createVideo,
        variables: {
          input: { title: `v${index}`, source: { url: { url: `http://127.0.0.1:9/${index}.mp4` } } },
        },
      }),
    });
    const { data, errors } = (await response.json()) as {
      data?: { createVideo?: { __typename: string } };
      errors?: { message: string; extensions: { code: string } }[];
    };
    const code = errors?.[0]
      ? `${errors[0].extensions.code} ${errors[0].message.slice(0, 100)}`
      : (data?.createVideo?.__typename ?? null);
    return { status: response.status, code, ms: performance.now() - from };
  };
  const all = Promise.all(Array.from({ length: 2_000 }, (_, index) => create(index)));
  const answered = await all;
  const counts = Map.groupBy(answered, ({ status, code }) => `${status} ${code}`);
  console.log([...counts].map(([key, list]) => `${key}: ${list.length}`));
  const sorted = answered.map(({ ms }) => ms).sort((a, b) => a - b);
  console.log("p50", sorted[1000], "p99", sorted[1980], "max", sorted.at(-1));
  expect([...counts.keys()]).toEqual(["200 Video"]);
});
