import type { TaskPart } from "@reelay/contracts";
import { expect, test } from "vitest";
import type { PictureProbe } from "../../../media/probe/source-file.ts";
import { sourceOf } from "../../../testing/fixtures.ts";
import { decidePart } from "./decide-part.ts";

const head: TaskPart = { kind: "HEAD", wholeUpToMs: 30_000, headMs: 8_000 };
const withProbe = (changes: Partial<PictureProbe>) => {
  const source = sourceOf();
  return { ...source, probe: { ...source.probe, ...changes } };
};

test("a long video is split after its head; a short one, or one of unknown length, is rendered whole", () => {
  expect(decidePart(head, sourceOf())).toEqual({ kind: "HEAD", span: { startMs: 0, endMs: 8_000 } });
  expect(decidePart(head, withProbe({ durationMs: 30_000 })).kind).toBe("WHOLE");
  expect(decidePart(head, withProbe({ durationMs: null })).kind).toBe("WHOLE");
  expect(decidePart(undefined, sourceOf()).kind).toBe("WHOLE");
});

test("a source without random access is rendered whole", () => {
  expect(decidePart(head, withProbe({ container: "avi" })).kind).toBe("WHOLE");
  const stream = withProbe({ container: "mpegts" });
  expect(decidePart(head, { ...stream, zeroSeconds: 4_001 }).kind).toBe("HEAD");
  // Its clock restarts within the minute.
  expect(decidePart(head, { ...stream, zeroSeconds: 95_420 }).kind).toBe("WHOLE");
});

test("a video whose frames start after half of its head is rendered whole, because a head needs frames", () => {
  const late = sourceOf({ startTime: 5 });
  expect(decidePart(head, late).kind).toBe("WHOLE");
});

test("chunk and audio tasks keep their own spans", () => {
  const chunk: TaskPart = { kind: "CHUNK", startMs: 8_000, endMs: null };
  expect(decidePart(chunk, sourceOf())).toEqual({ kind: "CHUNK", span: { startMs: 8_000, endMs: null } });
  expect(decidePart({ kind: "AUDIO", startMs: 8_000 }, sourceOf()).span).toEqual({
    startMs: 8_000,
    endMs: null,
  });
});
