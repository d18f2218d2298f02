import { ROOT_CONTEXT } from "@opentelemetry/api";
import type { Message } from "@reelay/contracts";
import type { Messaging } from "@reelay/messaging";
import { pino } from "pino";
import { expect, test } from "vitest";
import { sleep } from "../wait.ts";
import { AttemptReporter } from "./reporter.ts";

function report(progressMs: number) {
  const reports: Message[] = [];
  const messaging: Pick<Messaging, "publish"> = {
    publish: async (message) => {
      reports.push(message);
    },
  };
  const ref = { videoId: "v", jobId: "j", taskId: "t", attemptId: "a", fencingToken: 0, workerId: "w" };
  const reporter = new AttemptReporter({
    ...{ messaging, progressMs, trace: ROOT_CONTEXT, log: pino({ level: "silent" }) },
    ref: { ...ref, kind: "TRANSCODE" },
    giveUp: new AbortController().signal,
  });
  return { reporter, reports };
}

test("results in quick succession are batched; the first is reported immediately and the last always", async () => {
  const { reporter, reports } = report(500);
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

test("each step is reported in order, those that wait in one report, and other progress only with the interval", async () => {
  const { reporter, reports } = report(60_000);
  const seen = () =>
    reports.flatMap((one) => (one.type === "task.progressed.v1" ? [[one.fraction, one.detail]] : []));
  const step = (index: number) => ({ step: { index } });
  reporter.progressed(0.1);
  reporter.progressed(0.2);
  reporter.progressed(0.3, { ...step(1), of: "a kind" }, "NOW");
  reporter.progressed(0.4, { ...step(2), of: "a kind" }, "NOW");
  reporter.progressed(0.5);
  const passed = [{ index: 1 }];
  await expect.poll(seen).toEqual([
    [0.1, undefined],
    [0.4, { ...step(2), of: "a kind", passed }],
  ]);
  // The number that waits is limited.
  for (let index = 3; index < 500; index += 1) reporter.progressed(0.6, step(index), "NOW");
  await reporter.ended({ kind: "COMPLETED" }, {});
  const [, , full, last] = seen();
  expect(full).toEqual([
    0.6,
    { ...step(66), passed: Array.from({ length: 63 }, (_, at) => ({ index: at + 3 })) },
  ]);
  expect(last).toEqual([0.6, step(499)]);
});
