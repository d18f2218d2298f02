import { ROOT_CONTEXT } from "@opentelemetry/api";
import type { Message } from "@reelay/contracts";
import type { Messaging } from "@reelay/messaging";
import { pino } from "pino";
import { expect, test } from "vitest";
import { sleep } from "../wait.ts";
import { AttemptReporter } from "./reporter.ts";

test("results that follow closely on one another are reported together, the first immediately and the last in any case", async () => {
  const reports: Message[] = [];
  const messaging: Pick<Messaging, "publish"> = {
    publish: async (message) => {
      reports.push(message);
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
    reporter.advanced({ posterKey: String(update) });
    if (update === 1) expect(reports).toHaveLength(1);
    await sleep(5);
  }
  await expect.poll(() => reports.at(-1)).toMatchObject({ result: { posterKey: String(updates) } });
  expect(reports.length).toBeLessThan(updates / 2);
  // Others wait for this one.
  reporter.advanced({ posterKey: "another" });
  reporter.advanced({ split: { headEndMs: 8_000 } }, "NOW");
  await new Promise(setImmediate);
  expect(reports.at(-1)).toMatchObject({ result: { split: { headEndMs: 8_000 } } });
});
