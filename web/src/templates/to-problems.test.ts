import { expect, test } from "vitest";
import { toProblems } from "./to-problems.ts";

test("a problem beside its field names no path, and several of one value are one text", () => {
  const issues = [
    {
      path: "/questions/0/options",
      message: "/questions/0/options: expected at least 2 items; it is a list of 1.",
    },
    { path: "/title", message: "/title: expected at most 80 characters; it is a text of 90 characters." },
    { path: "/title", message: "Another one." },
    { path: "", message: "The data is no object." },
  ];
  expect([...toProblems(issues)]).toEqual([
    ["/questions/0/options", "Expected at least 2 items; it is a list of 1."],
    ["/title", "Expected at most 80 characters; it is a text of 90 characters. Another one."],
    ["", "The data is no object."],
  ]);
});
