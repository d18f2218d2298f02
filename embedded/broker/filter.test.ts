import { describe, expect, test } from "vitest";
import { parseFilter } from "./filter.ts";

const matches = (source: string, attributes: Record<string, string>): boolean => {
  const parsed = parseFilter(source);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.filter(attributes);
};

describe("a filter accepts matching attributes", () => {
  const gpu = { pool: "gpu", workerId: "w-1" };
  test.each([
    ["", true],
    ['attributes.pool = "gpu"', true],
    ['attributes.pool="cpu"', false],
    ['attributes.pool != "cpu"', true],
    ['attributes.missing != "cpu"', true],
    ["attributes:pool", true],
    ["attributes:missing", false],
    ["NOT attributes:missing", true],
    ["-attributes:pool", false],
    ['hasPrefix(attributes.workerId, "w-")', true],
    ['hasPrefix(attributes.missing, "")', false],
    ['attributes.pool = "gpu" AND attributes.workerId = "w-2"', false],
    ['attributes.pool = "cpu" OR attributes.workerId = "w-1"', true],
    ['attributes.pool = "gpu" AND (attributes:missing OR NOT attributes:other)', true],
    ['attributes."pool" = "gpu"', true],
    ["attributes:constructor", false],
  ])("%s: %s", (source, expected) => {
    expect(matches(source, gpu)).toBe(expected);
  });

  test("quoted text may contain quotes and backslashes", () => {
    expect(matches(String.raw`attributes.a = "say \"hi\" \\"`, { a: String.raw`say "hi" \ `.trim() })).toBe(
      true,
    );
  });
});

test.each([
  ["attributes.pool", 'expected "=", found the end'],
  ["attributes.pool = gpu", 'expected a quoted value, found "gpu" at position 17'],
  ['pool = "gpu"', 'expected attributes, found "pool" at position 0'],
  ["attributes:a attributes:b", 'expected AND, OR or the end, found "attributes" at position 12'],
  ["attributes:a AND attributes:b OR attributes:c", "expected parentheses where AND and OR are mixed"],
  ["(attributes:a", 'expected ")", found the end'],
  ["attributes:a ?", "unexpected character at position 12"],
  [`attributes:${"a".repeat(256)}`, "at most 256 are allowed"],
])("%s is refused with the reason", (source, reason) => {
  const parsed = parseFilter(source);
  expect(parsed).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
});
