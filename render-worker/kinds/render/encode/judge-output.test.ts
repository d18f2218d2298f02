import { expect, test } from "vitest";
import { assertDecoded } from "./judge-output.ts";

const work = { source: { promised: { frames: 450, durationMs: 15_000 } } };
/** What ffmpeg's log of frames contains of four seconds. */
const logged = { outputs: new Map([[0, { frames: 120, timeMs: 4_000, sizeBytes: 1 }]]) };

test("gaps in ffmpeg's log of frames, as after a full disk, are no damage of the source", () => {
  expect(() => assertDecoded(work, logged, 15_000)).not.toThrow();
});

test("a source of which less than half was decoded is damaged", () => {
  expect(() => assertDecoded(work, logged, 4_000)).toThrow("only the first 4.0 s of its 15.0 s");
});
