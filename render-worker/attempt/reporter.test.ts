import { ROOT_CONTEXT } from "@opentelemetry/api";
import type { Message } from "@reelay/contracts";
import type { Messaging } from "@reelay/messaging";
import { pino } from "pino";
import { expect, test } from "vitest";
import { sleep } from "../wait.ts";
import { AttemptReporter } from "./reporter.ts";
import { emptyState } from "./state-cell.ts";

test("states that follow closely on one another are told together, the first at once and the last in the end", async () => {
  const told: Message[] = [];
  const messaging: Pick<Messaging, "publish"> = {
    publish: async (message) => {
      told.push(message);
    },
  };
  const reporter = new AttemptReporter({
    messaging,
    ref: {
      videoId: "v",
      jobId: "j",
      taskId: "t",
      attemptId: "a",
      fencingToken: 0,
      kind: "TRANSCODE",
      workerId: "w",
    },
    log: pino({ level: "silent" }),
    progressMs: 500,
    giveUp: new AbortController().signal,
    trace: ROOT_CONTEXT,
  });
  const updates = 100;
  for (let update = 1; update <= updates; update += 1) {
    reporter.advanced({ ...emptyState, posterKey: String(update) });
    if (update === 1) expect(told).toHaveLength(1);
    await sleep(5);
  }
  await expect.poll(() => told.at(-1)).toMatchObject({ result: { posterKey: String(updates) } });
  expect(told.length).toBeLessThan(updates / 2);
  // What others wait for.
  reporter.advanced({ ...emptyState, posterKey: "another" });
  reporter.advanced({ ...emptyState, split: { headEndMs: 8_000, renditions: [], speed: null } });
  await new Promise(setImmediate);
  expect(told.at(-1)).toMatchObject({ result: { split: { headEndMs: 8_000 } } });
});
