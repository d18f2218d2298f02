import { expect, test } from "vitest";
import { headerLines, prettyBody } from "./message-text.ts";

test("each header is a line, and a repeated header has one line per value", () => {
  expect(headerLines({ "content-type": "text/plain", "set-cookie": ["a=1", "b=2"] })).toBe(
    "content-type: text/plain\nset-cookie: a=1\nset-cookie: b=2",
  );
  expect(headerLines(null)).toBe("");
});

test("a JSON body is indented, and any other body is unchanged", () => {
  expect(prettyBody({ a: 1 })).toBe('{\n  "a": 1\n}');
  expect(prettyBody('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(prettyBody("<h1>Bad gateway</h1>")).toBe("<h1>Bad gateway</h1>");
});
