import { createSchema, createYoga } from "graphql-yoga";
import { expect, test } from "vitest";
import { createGate } from "../overload/gate.ts";
import { useGate } from "../overload/use-gate.ts";
import { useTelemetry } from "./use-telemetry.ts";

const schema = createSchema({
  typeDefs: `
    type Query { film: String broken: String }
    type Mutation { shoot: String }
    type Subscription { scenes: Int }`,
  resolvers: {
    Query: {
      film: () => "Alien",
      broken: () => {
        throw new Error("The reel is torn.");
      },
    },
    Mutation: { shoot: () => "done" },
    Subscription: {
      scenes: {
        subscribe: async function* () {
          yield { scenes: 1 };
        },
      },
    },
  },
});

async function countedFor(query: string): Promise<string[]> {
  const counted: string[] = [];
  const yoga = createYoga({
    schema,
    logging: false,
    plugins: [
      useTelemetry({
        graphqlAnswered: (type, isOk, seconds) => {
          expect(seconds).toBeGreaterThanOrEqual(0);
          counted.push(`${type} ${isOk ? "ok" : "error"}`);
        },
      }),
    ],
  });
  const response = await yoga.fetch("http://api/graphql", {
    method: "POST",
    headers: { "content-type": "application/json", accept: "text/event-stream, application/json" },
    body: JSON.stringify({ query }),
  });
  await response.text();
  return counted;
}

test.each([
  ["{ film }", "query ok"],
  ["{ film broken }", "query error"],
  ["mutation { shoot }", "mutation ok"],
  ["subscription { scenes }", "subscription ok"],
  ["{ nothing }", "query error"],
  ["{ film", "invalid error"],
])("%s counts once as %s", async (query, expected) => {
  expect(await countedFor(query)).toEqual([expected]);
});

test("an operation that the gate refused counts as shed", async () => {
  const shed: string[] = [];
  const gate = createGate({ concurrency: 0, maxWaiting: 0, maxWaitMs: 1 });
  const metrics = { requestShed: (reason: string) => void shed.push(reason) };
  const yoga = createYoga({
    schema,
    logging: false,
    plugins: [useGate(gate, 10_000), useTelemetry(metrics)],
  });
  await (await yoga.fetch("http://api/graphql?query={film}")).text();
  expect(shed).toEqual(["operation"]);
});
