import { expect, test } from "vitest";
import { planKey } from "./plan-key.ts";

const places = [
  { href: "/", shortcut: "l" },
  { href: "/keys", shortcut: "k" },
];

test("g followed by a letter navigates; the letter alone keeps its own function", () => {
  expect(planKey(null, "g", places)).toEqual({ action: null, before: "g" });
  expect(planKey("g", "k", places)).toEqual({ action: { kind: "GO", href: "/keys" }, before: null });
  expect(planKey(null, "k", places).action).toEqual({ kind: "STEP", by: -1 });
});

test("g followed by an unassigned letter does nothing and resets the sequence", () => {
  expect(planKey("g", "u", places)).toEqual({ action: null, before: null });
});

test("other keys do nothing", () => {
  expect(planKey(null, "x", places)).toEqual({ action: null, before: null });
});
