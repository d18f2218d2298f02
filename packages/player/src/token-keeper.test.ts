import { expect, test } from "vitest";
import { expiryOf, tokenIn, withoutToken, withToken } from "./token-keeper.ts";

const base = "https://cdn.example/media";
const path = "/videos/v/attempts/a/720p/seg_0.m4s?x=1#t";

test("a media URL receives or replaces its token; the rest stays unchanged", () => {
  expect(withToken(base + path, "one")).toBe(`${base}/~one${path}`);
  expect(withToken(`${base}/~one${path}`, "two")).toBe(`${base}/~two${path}`);
  expect(tokenIn(`${base}/~one${path}`)).toBe("one");
  expect(tokenIn(base + path)).toBeNull();
  expect(withoutToken(`${base}/~one${path}`)).toBe(base + path);
});

test("the API's status URL receives it as a parameter, and foreign URLs stay unchanged", () => {
  const status = "https://api.example/api/video-status/id";
  expect(withToken(`${status}?token=one`, "two")).toBe(`${status}?token=two`);
  expect(withToken("https://elsewhere.example/a.m3u8", "one")).toBe("https://elsewhere.example/a.m3u8");
  expect(withToken("blob:https://shop.example/1", "one")).toBe("blob:https://shop.example/1");
});

test("a token states its expiry", () => {
  expect(expiryOf("1.key.play.video.1795348800.1795352400.-.-.signature")).toBe(1_795_352_400_000);
  expect(expiryOf("nonsense")).toBeNull();
});
