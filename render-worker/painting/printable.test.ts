import { expect, test } from "vitest";
import { printable } from "./printable.ts";

test.each([
  ["colors and cursors", "\u001b[2J\u001b[31mred\u001b[0m", "red"],
  ["titles and clipboards", "a\u001b]0;owned\u0007b\u001b]52;c;ZXZpbA==\u0007c", "abc"],
  ["single characters", "a\u0000b\u0008c\u009bd\re", "a\ufffdb\ufffdc\ufffdd\ufffde"],
  ["reversed text", "gpj.\u202eexe", "gpj.\ufffdexe"],
])("a terminal obeys nothing of a script's text: %s", (_what, text, shown) => {
  expect(printable(text)).toBe(shown);
});

test("letters of every language, line breaks and tabs remain", () => {
  const text = "Zeile 1\n\tдва مرحبا 日本 🎬 a\u0301";
  expect(printable(text)).toBe(text);
  expect(printable("a\r\nb")).toBe("a\nb");
});
