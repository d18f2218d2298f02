import { expect, test } from "vitest";
import { createToken, hashToken, isTokenOf } from "./token.ts";

test("tokens are unique and URL-safe, and match only their own hash", () => {
  const [a, b] = [createToken(), createToken()];
  expect(a).not.toBe(b);
  expect(a).toMatch(/^[\w-]{43}$/);
  expect(isTokenOf(a, hashToken(a))).toBe(true);
  expect(isTokenOf(b, hashToken(a))).toBe(false);
  expect(isTokenOf(a, "")).toBe(false);
});
