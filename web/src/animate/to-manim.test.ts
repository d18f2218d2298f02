import { expect, test } from "vitest";
import type { Draft } from "./draft.ts";
import { toManim } from "./to-manim.ts";

const draft: Draft = {
  ...{ script: "class A(Scene): pass", title: "A", scene: " ", quality: "MEDIUM" },
  ...{ aspectRatio: "WIDE", renderer: "CAIRO", seed: 7, materials: [], videos: ["1"] },
};
const settings = {
  script: "class A(Scene): pass",
  quality: "MEDIUM",
  aspectRatio: "WIDE",
  renderer: "CAIRO",
  seed: 7,
};

test("a draft's title, versions and empty fields are no part of the source", () => {
  expect(toManim(draft)).toEqual(settings);
});

test("a copy has the scene and the materials of its original", () => {
  const materials = [{ materialId: "one", filename: "logo.png" }];
  expect(toManim({ ...draft, scene: "A ", materials })).toEqual({
    ...settings,
    ...{ scene: "A", materials: ["one"] },
  });
});
