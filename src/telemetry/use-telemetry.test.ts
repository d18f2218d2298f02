import { createSchema, createYoga } from "graphql-yoga";
import { expect, test } from "vitest";
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
