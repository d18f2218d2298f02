import { createPubSubMessaging } from "@reelay/messaging";
import { expect, test } from "vitest";
import { createBroker } from "../../embedded/broker/index.ts";
import { freePort } from "../../tests/kit/index.ts";
import { isBrokerAway, retryWhileAway } from "./retry-while-away.ts";

const patient = { patienceMs: 60_000, isAway: isBrokerAway, onAway: () => undefined };

test("a process that starts during an outage of the broker continues when the outage ends", async () => {
  const port = await freePort();
  await using messaging = createPubSubMessaging({ projectId: "test", emulatorHost: `127.0.0.1:${port}` });
  let failures = 0;
  const there = Promise.withResolvers<void>();
  const provisioned = retryWhileAway(() => messaging.provision(), {
    ...patient,
    onAway: () => {
      failures += 1;
      there.resolve();
    },
  });
  await there.promise;
  await using _broker = await createBroker({ port });
  await provisioned;
  await messaging.ping();
  expect(failures).toBeGreaterThan(0);
});

test("a permanent error rejects immediately; the time limit and an abort end the retries", async () => {
  const refuse = () => Promise.reject(new Error("refused"));
  await expect(retryWhileAway(refuse, patient)).rejects.toThrow("refused");
  const isAway = () => true;
  await expect(retryWhileAway(refuse, { ...patient, isAway, patienceMs: 0 })).rejects.toThrow("refused");
  const stopping = new AbortController();
  const stopped = retryWhileAway(refuse, { ...patient, isAway, signal: stopping.signal });
  stopping.abort();
  await expect(stopped).rejects.toThrow("refused");
});
