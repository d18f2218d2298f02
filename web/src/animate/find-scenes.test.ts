import { expect, test } from "vitest";
import { findScenes } from "./find-scenes.ts";

test("classes that extend a scene are suggested, each once", () => {
  const script = `class Helper: pass
class One(Scene): pass
  class Inner(Scene): pass
class Two (manim.ThreeDScene, Mixin): pass
class One(Scene): pass
# class Three(Scene)
`;
  expect(findScenes(script)).toEqual(["One", "Two"]);
});
