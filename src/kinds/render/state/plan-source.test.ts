import type { RenderState } from "@reelay/contracts";
import { expect, test } from "vitest";
import { planSource } from "./plan-source.ts";
import type { VideoRows } from "./state-plan.ts";

const now = new Date("2026-11-25T12:00:00Z");
const probe = (durationMs: number) => ({ durationMs, video: null, audio: null });
const told = (durationMs: number) =>
  ({
    key: "source",
    sizeBytes: 100,
    contentType: null,
    probe: probe(durationMs),
  }) as unknown as RenderState["source"];
/** Two seconds long, as its first report said. */
const rowsOf = (kind: string) =>
  ({ durationMs: 2_000, source: { kind, receivedAt: now, probe: probe(2_000) } }) as unknown as VideoRows;
const lengthAfter = (kind: string, durationMs: number, isCompleted: boolean) =>
  planSource(rowsOf(kind), told(durationMs), { now, isCompleted }).video.durationMs;

test("a drawing that becomes longer or shorter than it was counted has the length of what was drawn", () => {
  expect(lengthAfter("MANIM", 4_000, true)).toBe(4_000);
  expect(lengthAfter("TEMPLATE", 1_000.4, true)).toBe(1_000);
  // Another attempt counts again.
  expect(lengthAfter("MANIM", 3_000, false)).toBeUndefined();
  expect(planSource(rowsOf("MANIM"), told(2_000), { now, isCompleted: true })).toEqual({
    ...{ source: {}, video: {}, changes: [] },
  });
});

test("a file keeps the length of its first report", () => {
  expect(lengthAfter("UPLOAD", 4_000, true)).toBeUndefined();
});
