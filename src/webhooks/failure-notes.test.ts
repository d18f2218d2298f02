import { pino } from "pino";
import { expect, test } from "vitest";
import { createFailureNotes } from "./failure-notes.ts";

test("a failing endpoint logs a line at the start, a count per minute, and a line when it recovers", () => {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: "info" }, { write: (line) => void lines.push(JSON.parse(line)) });
  let now = 0;
  const notes = createFailureNotes(log, () => now);
  const failure = (endpointId: string) => ({
    ...{
      endpointId,
      deliveryId: "d1",
      type: "video.ready",
      status: 503,
      error: { code: "REFUSED", message: "It answered 503." },
    },
    nextAttemptAt: new Date(0),
  });
  for (let second = 0; second <= 125; second++) {
    now = second * 1_000;
    notes.failed(failure("down"));
  }
  notes.failed(failure("other"));
  notes.taken("down");
  notes.taken("down");
  notes.failed(failure("down"));
  expect(lines.map(({ msg, endpointId, failures }) => [msg, endpointId, failures])).toEqual([
    ["webhook.not-accepted", "down", undefined],
    ["webhook.failing", "down", 60],
    ["webhook.failing", "down", 60],
    ["webhook.not-accepted", "other", undefined],
    ["webhook.recovered", "down", undefined],
    ["webhook.not-accepted", "down", undefined],
  ]);
});
