import * as fc from "fast-check";
import { expect, test } from "vitest";
import { signPlaybackToken, withPlaybackToken } from "./sign-playback-token.ts";

const videoId = "019a0000-0000-7000-8000-000000000001";
const key = { keyId: "abcdefgh2345", secret: `rpk_${"x".repeat(43)}` };
const startsAt = Date.UTC(2026, 10, 22, 12);

test("a token matches the API's documentation byte by byte", async () => {
  const token = await signPlaybackToken({ ...key, videoId, startsAt, expiresInSeconds: 60 });
  expect(token).toMatchInlineSnapshot(
    `"1.abcdefgh2345.play.019a0000-0000-7000-8000-000000000001.1795348800.1795348860.-.-.DlRqn0CcPW-jhfGzE4l3Wht54_ARaYiXTTvul17dvTY"`,
  );
  const full = {
    ...key,
    videoId: btoa(`Video:${videoId}`).replaceAll("=", ""),
    startsAt,
    purpose: "DOWNLOAD",
  } as const;
  const more = { origins: ["https://shop.example", "https://www.shop.example"], viewerId: "Ünal" };
  expect(await signPlaybackToken({ ...full, ...more })).toMatchInlineSnapshot(
    `"1.abcdefgh2345.download.019a0000-0000-7000-8000-000000000001.1795348800.1795352400.aHR0cHM6Ly9zaG9wLmV4YW1wbGUsaHR0cHM6Ly93d3cuc2hvcC5leGFtcGxl.w5xuYWw.BgWNaWZd5_WX3tVeJorEdio4pY1_W2yBBx5GKDB6oFI"`,
  );
});

test("a URL receives or replaces its token and stays otherwise unchanged", () => {
  const path = `/videos/${videoId}/manifest/master.m3u8?a=1`;
  fc.assert(
    fc.property(fc.constantFrom("https://cdn.example", "http://localhost:4000/media", ""), (base) => {
      const signed = withPlaybackToken(base + path, "one");
      expect(signed).toBe(`${base}/~one${path}`);
      expect(withPlaybackToken(signed, "two")).toBe(`${base}/~two${path}`);
    }),
  );
  expect(() => withPlaybackToken("https://elsewhere.example/a.m3u8", "one")).toThrow(TypeError);
});

test.each([
  [{ expiresInSeconds: 0 }, "expiresInSeconds"],
  [{ expiresInSeconds: 604_801 }, "expiresInSeconds"],
  [{ origins: ["shop.example"] }, "origins"],
  [{ origins: Array.from({ length: 11 }, (_, each) => `https://a${each}.example`) }, "origins"],
  [{ viewerId: "x".repeat(129) }, "viewerId"],
  [{ videoId: "nonsense" }, "videoId"],
  [{ secret: "whsec_x" }, "secret"],
  [{ keyId: "short" }, "keyId"],
])("%j is refused before signing, with its field's name", async (change, field) => {
  await expect(signPlaybackToken({ ...key, videoId, ...change })).rejects.toThrow(field);
});
