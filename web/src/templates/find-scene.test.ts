import { expect, test } from "vitest";
import { findScene } from "./find-scene.ts";

const data = {
  title: "Planets",
  questions: [{ question: "Which is the largest?" }, { question: "Which is red?" }],
  outro: "Bye",
  theme: "ocean",
};
const scenes = ["Planets", "Which is the largest?", "Which is red?", "Bye"].map((name) => ({ name }));

test.each([
  ["/title", 0],
  ["/questions/0/question", 1],
  ["/questions/1/options/2", 2],
  ["/outro", 3],
  // A question that was added since.
  ["/questions/2/question", 3],
  ["/questions", 1],
  ["/theme", null],
  ["", null],
])("what is edited at %s is shown by scene %s", (path, scene) => {
  expect(findScene(path, data, scenes)).toBe(scene);
});

test("a title that is cut is found, and an empty one fits nothing", () => {
  const long = { quotes: [{ quote: "A quote that is longer than its title", author: "Ada" }] };
  expect(findScene("/quotes/0/author", long, [{ name: "A quote that is…" }])).toBe(0);
  expect(findScene("/quotes/0/author", long, [{ name: "" }])).toBeNull();
});
