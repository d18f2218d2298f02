import { expect, test } from "vitest";
import { createLines, errorLine } from "./lines.ts";

const step = (index: number, fraction: number, count: number | null = 2) => ({
  ...{ index, fraction, count },
  name: "Create(Circle)",
});

test("each animation goes from 0 to 100 in the form of the interface's origin, and ours have lines of their own", () => {
  const lines = createLines("id");
  const seen = [
    { step: null, hlsUrl: null },
    { step: step(0, 0, null), hlsUrl: null },
    { step: step(0, 0.534), hlsUrl: null },
    { step: step(0, 0.539), hlsUrl: "https://a/master.m3u8" },
    { step: step(1, 0.25), hlsUrl: "https://a/master.m3u8" },
  ].flatMap((state) => lines.next(state));
  expect([...seen, ...lines.ready("https://a/video.mp4")].join("")).toBe(
    [
      '{"animationIndex": 0, "percentage": 0}',
      '{"animationCount": 2}',
      '{"animationIndex": 0, "percentage": 53}',
      '{"videoId": "id", "hlsUrl": "https://a/master.m3u8"}',
      '{"animationIndex": 0, "percentage": 100}',
      '{"animationIndex": 1, "percentage": 0}',
      '{"animationIndex": 1, "percentage": 25}',
      '{"animationIndex": 1, "percentage": 100}',
      '{ "video_url": "https://a/video.mp4" }',
      "",
    ].join("\n"),
  );
});

test("another attempt, which draws from the beginning, takes nothing back", () => {
  const lines = createLines("id");
  lines.next({ step: step(1, 0.5), hlsUrl: null });
  expect(lines.next({ step: step(0, 0.9), hlsUrl: null })).toEqual([]);
  expect(lines.next({ step: step(1, 0.2), hlsUrl: null })).toEqual([]);
  expect(lines.next({ step: step(1, 0.6), hlsUrl: null })).toEqual([
    '{"animationIndex": 1, "percentage": 60}\n',
  ]);
});

test("the reason for waiting is stated once", () => {
  const lines = createLines("id");
  const all = ["No worker.", "No worker.", null, "Free slots."].flatMap((reason) => lines.waiting(reason));
  expect(all).toEqual([
    '{"videoId": "id", "waitReason": "No worker."}\n',
    '{"videoId": "id", "waitReason": "Free slots."}\n',
  ]);
});

test("an error stays on its line", () => {
  expect(errorLine("line 7:\nboom")).toBe('{"error": "line 7:\\nboom"}\n');
});
