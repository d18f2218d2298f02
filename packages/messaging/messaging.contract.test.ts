import { test } from "vitest";
import { createBroker } from "../../embedded/broker/index.ts";
import { whyNoGo } from "../../tests/kit/build-go-program.ts";
import { freePort } from "../../tests/kit/free-port.ts";
import { startPstest } from "../../tests/pstest/start-pstest.ts";
import { describeMessagingContract } from "./messaging.contract.ts";

describeMessagingContract({
  name: "the embedded broker",
  start: async (port) => await createBroker({ port: port ?? (await freePort()) }),
  lacks: {},
});

const noPstest = whyNoGo();
if (noPstest === undefined) {
  describeMessagingContract({
    name: "Google's Go server",
    start: async (port) => await startPstest(port ?? (await freePort())),
    lacks: {},
  });
} else if (process.env["CI"]) {
  test("messaging over Google's Go server", () => {
    throw new Error(`${noPstest}: CI runs the contract against it, install Go 1.25 or newer.`);
  });
} else {
  test.skip(`messaging over Google's Go server (${noPstest})`);
}

const emulator = process.env["PUBSUB_EMULATOR_HOST"];
if (emulator !== undefined) {
  const running = { address: emulator, port: 0, [Symbol.asyncDispose]: async () => {} };
  describeMessagingContract({
    name: "Google's emulator",
    start: async () => running,
    lacks: { restart: "the suite cannot restart it" },
  });
}
