import { expect, test } from "vitest";
import type { WatchedVariant } from "./documents.ts";
import { describeFailure } from "./format.ts";
import { createLinesView } from "./view.ts";

const variant = (name: string, changes: Partial<WatchedVariant> = {}): WatchedVariant => ({
  name,
  status: "PENDING",
  fraction: 0,
  fps: null,
  speed: null,
  etaMs: null,
  error: null,
  skipReason: null,
  ...changes,
});

test("in a pipe, each line has its time, and all skipped variants share one line", () => {
  const lines: string[] = [];
  let now = Date.UTC(2026, 0, 2, 3, 4, 5);
  using view = createLinesView({ print: (text) => void lines.push(text) }, () => now);
  const file = view.open("a.mp4");
  const skipped = ["540p", "720p"].map((name) =>
    variant(name, { status: "SKIPPED", skipReason: `The source is 640x360. ${name} is larger.` }),
  );
  const rendering = (fraction: number) => ({
    id: "1",
    status: "PROCESSING" as const,
    progress: fraction,
    variants: [variant("144p", { status: "RENDERING", fraction }), ...skipped],
    playback: null,
    error: null,
    step: null,
    mainJob: null,
  });
  file.changed(rendering(0.1));
  now += 1_000;
  file.changed(rendering(0.2));
  now += 1_000;
  file.changed(rendering(0.3));
  expect(lines).toEqual([
    "2026-01-02T03:04:05.000Z a.mp4: PROCESSING",
    "2026-01-02T03:04:05.000Z a.mp4: 540p, 720p SKIPPED (The source is 640x360. 540p is larger.)",
    "2026-01-02T03:04:05.000Z a.mp4: 144p  10%     - fps      -x  ETA -",
    "2026-01-02T03:04:07.000Z a.mp4: 144p  30%     - fps      -x  ETA -",
  ]);
});

test("the animation that is drawn has a line, and so has the reason for a wait", () => {
  const lines: string[] = [];
  using view = createLinesView({ print: (text) => void lines.push(text.slice(25)) }, () => 0);
  const file = view.open("scene.py");
  const video = {
    id: "1",
    progress: 0,
    playback: null,
    error: null,
    variants: [],
    status: "PROCESSING" as const,
  };
  const waiting = { ...video, step: null, mainJob: { waitReason: "No worker draws scripts." } };
  const drawing = (index: number) => ({
    ...video,
    step: { kind: "ANIMATION" as const, index, count: 2, name: "Create(Circle)" },
    mainJob: { waitReason: null },
  });
  for (const shown of [waiting, waiting, drawing(0), drawing(0), drawing(1), drawing(2)]) file.changed(shown);
  expect(lines).toEqual([
    "scene.py: PROCESSING",
    "scene.py: No worker draws scripts.",
    "scene.py: animation 1 of 2: Create(Circle)",
    "scene.py: animation 2 of 2: Create(Circle)",
    "scene.py: animation 3: Create(Circle)",
  ]);
});

test("a script that fails has its own lines and the next command; its reason is not repeated by variants", () => {
  const lines: string[] = [];
  using view = createLinesView({ print: (text) => void lines.push(text.slice(25)) }, () => 0);
  const [code, message] = ["SCRIPT_FAILED", "line 2, column 5: ZeroDivisionError: division by zero"];
  const logTail =
    'Traceback (most recent call last):\n  File "scene.py", line 2, in construct\n    1 / 0\nZeroDivisionError: division by zero\n';
  const own = { code: "ENCODER_LOST", message: "The encoder ended." };
  view.open("scene.py").changed({
    ...{ id: "1", progress: 0, playback: null, status: "FAILED", step: null, mainJob: null },
    error: { code, message, logTail },
    variants: [
      variant("144p", { status: "FAILED", error: { code, message } }),
      variant("240p", { status: "FAILED", error: own }),
    ],
  });
  expect(lines).toEqual([
    "scene.py: FAILED",
    "scene.py: 144p FAILED",
    "scene.py: 240p FAILED (ENCODER_LOST: The encoder ended.)",
  ]);
  expect(describeFailure("scene.py", { code, message, logTail })).toBe(
    `scene.py FAILED: SCRIPT_FAILED: line 2, column 5: ZeroDivisionError: division by zero

  Traceback (most recent call last):
    File "scene.py", line 2, in construct
      1 / 0
  ZeroDivisionError: division by zero`,
  );
  const ambiguous = { code: "SCENE_AMBIGUOUS", message: "The script has 2 scenes.", logTail: null };
  expect(describeFailure("scene.py", ambiguous)).toBe(
    "scene.py FAILED: SCENE_AMBIGUOUS: The script has 2 scenes.\n\n  npm start -- --scene NAME scene.py",
  );
  // The log of other programs is for operators.
  expect(describeFailure("a.mp4", { code: "X", message: "y", logTail: "[h264 @ 0x1] error" })).toBe(
    "a.mp4 FAILED: X: y",
  );
});
