import { MAX_SCRIPT_BYTES } from "@reelay/contracts";
import { describe, expect, test } from "vitest";
import { type AspectRatio, checkScript, type ManimQuality, type ScriptInput } from "./check-script.ts";

const script = "from manim import *\n";

test("a script without settings is drawn flat, wide and in high quality", () => {
  expect(checkScript({ script: "# Größe\n" })).toEqual({
    sizeBytes: 10,
    settings: {
      version: 1,
      scene: null,
      width: 1920,
      height: 1080,
      frameRate: 60,
      renderer: "CAIRO",
      seed: 0,
    },
  });
});

test.each<[ManimQuality, AspectRatio, string]>([
  ["LOW", "WIDE", "854×480@15"],
  ["MEDIUM", "WIDE", "1280×720@30"],
  ["HIGH", "TALL", "1080×1920@60"],
  ["PRODUCTION", "SQUARE", "1440×1440@60"],
  ["FOUR_K", "WIDE", "3840×2160@60"],
])("%s %s is %s", (quality, aspectRatio, expected) => {
  const { width, height, frameRate } = checkScript({ script, quality, aspectRatio }).settings;
  expect(`${width}×${height}@${frameRate}`).toBe(expected);
});

describe("bad input is explained", () => {
  test.each<[string, Partial<ScriptInput>, string, string]>([
    [
      "an empty script",
      { script: " \n\t" },
      "SCRIPT_EMPTY",
      "source.manim.script: is empty. Pass the text of a Python file with a class that extends Scene.",
    ],
    [
      "a script that is too large",
      { script: `${"é".repeat(MAX_SCRIPT_BYTES / 2)}x` },
      "SCRIPT_TOO_LARGE",
      "source.manim.script: takes 262145 bytes of UTF-8; the limit is 262144. Divide it into several scripts.",
    ],
    [
      "a NUL in the script",
      { script: "a\0b" },
      "SCRIPT_INVALID",
      "source.manim.script: contains a NUL character or half of a surrogate pair, which no Python file may contain. Remove it.",
    ],
    [
      "half a character",
      { script: "a\ud83d" },
      "SCRIPT_INVALID",
      "source.manim.script: contains a NUL character or half of a surrogate pair, which no Python file may contain. Remove it.",
    ],
    [
      "a scene that is no identifier",
      { scene: "Create Circle" },
      "SCENE_INVALID",
      'source.manim.scene: "Create Circle" is not the name of a Python class. Pass a name such as "CreateCircle", of at most 200 letters, digits and underscores, or omit it if the script has a single scene.',
    ],
    [
      "a negative seed",
      { seed: -1 },
      "SEED_INVALID",
      "source.manim.seed: is -1; use a whole number from 0 to 2147483647, or omit it.",
    ],
  ])("%s", (_what, input, code, message) => {
    expect(() => checkScript({ script, ...input })).toThrow(expect.objectContaining({ code, message }));
  });
});
