import * as fc from "fast-check";
import { expect, test } from "vitest";
import { MAX_LIFETIME_S, type PlaybackClaims, purposes } from "./claims.ts";
import { judgeToken, type TokenUse, type VerifyingKey } from "./judge-token.ts";
import { createKeyId, createSigningSecret, signClaims } from "./signature.ts";
import { parseToken } from "./token-text.ts";

const now = new Date("2026-11-22T12:00:00Z");
const nowS = now.getTime() / 1_000;
const videoId = "019a0000-0000-7000-8000-000000000001";
const secret = createSigningSecret();
const key: VerifyingKey = { workspaceId: "w", secret, expiresAt: null, revokedAt: null };
const claims: PlaybackClaims = {
  keyId: createKeyId(),
  purpose: "PLAY",
  videoId,
  fromS: nowS - 10,
  untilS: nowS + 3_600,
  origins: [],
  viewerId: "",
};
const use: TokenUse = { videoId, purposes: ["PLAY"], origin: null, now };

/** The verdict on a text, as `check` reaches it. */
function judge(token: string, of: Partial<TokenUse> = {}, by: VerifyingKey | null = key): string | null {
  const parsed = parseToken(token);
  if (parsed === null) return "PLAYBACK_TOKEN_INVALID";
  return judgeToken(parsed, by, { ...use, ...of }, ["https://own.example"]);
}
const tokenOf = (change: Partial<PlaybackClaims> = {}, by = secret) =>
  signClaims({ ...claims, ...change }, by);

const anyClaims: fc.Arbitrary<PlaybackClaims> = fc.record({
  keyId: fc.string({
    unit: fc.constantFrom(...Array.from("abcdefghijklmnopqrstuvwxyz234567")),
    minLength: 12,
    maxLength: 12,
  }),
  purpose: fc.constantFrom(...purposes),
  videoId: fc.uuid(),
  fromS: fc.integer({ min: nowS - 1_000, max: nowS }),
  untilS: fc.integer({ min: nowS + 1, max: nowS + 100_000 }),
  origins: fc.array(fc.constantFrom("https://a.example", "http://b.example:8080", "https://ü.example"), {
    maxLength: 3,
  }),
  viewerId: fc.string({ unit: "grapheme", maxLength: 20 }),
});

test("a token contains the signed claims in characters that are safe in a path", () => {
  fc.assert(
    fc.property(anyClaims, (each) => {
      const token = signClaims(each, secret);
      expect(token).toMatch(/^[A-Za-z0-9._-]+$/);
      expect(parseToken(token)?.claims).toEqual(each);
      const { videoId, purpose } = each;
      expect(judge(token, { videoId, purposes: [purpose] })).toBeNull();
    }),
  );
});

test("a token with any character changed, removed or added is refused", () => {
  const letters = Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=~%/+ ");
  for (const change of [{}, { origins: ["https://a.example"], viewerId: "kim" }]) {
    const token = tokenOf(change);
    for (let place = 0; place <= token.length; place += 1) {
      const [before, after] = [token.slice(0, place), token.slice(place + 1)];
      for (const letter of letters) {
        if (letter !== token[place]) expect(judge(before + letter + after)).not.toBeNull();
        expect(judge(before + letter + token.slice(place))).not.toBeNull();
      }
      if (place < token.length) expect(judge(before + after)).not.toBeNull();
      // Truncated.
      if (place < token.length) expect(judge(before)).toBe("PLAYBACK_TOKEN_INVALID");
    }
  }
});

test("a signature has one encoding: another text of the same bytes is refused", () => {
  const token = tokenOf();
  // 43 letters hold 258 bits of which 256 count: three other last letters decode to the same bytes.
  const last = token.at(-1) ?? "";
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const bytes = Buffer.from(token.slice(-43), "base64url");
  const twins = Array.from(alphabet).filter(
    (letter) => letter !== last && Buffer.from(token.slice(-43, -1) + letter, "base64url").equals(bytes),
  );
  expect(twins).toHaveLength(3);
  for (const twin of twins) expect(judge(token.slice(0, -1) + twin)).toBe("PLAYBACK_TOKEN_INVALID");
});

test.each<[string, string, Partial<TokenUse>, string]>([
  ["an expired token", tokenOf({ fromS: nowS - 100, untilS: nowS }), {}, "EXPIRED"],
  ["a not yet valid token", tokenOf({ fromS: nowS + 86_400, untilS: nowS + 90_000 }), {}, "NOT_YET_VALID"],
  ["a token for another video", tokenOf({ videoId: videoId.replace(/1$/, "2") }), {}, "INVALID"],
  ["a token signed with another key", tokenOf({}, createSigningSecret()), {}, "INVALID"],
  ["a PLAY token for a download", tokenOf(), { purposes: ["DOWNLOAD"] }, "PURPOSE"],
  ["a STATUS token for playback", tokenOf({ purpose: "STATUS" }), {}, "PURPOSE"],
  [
    "a token used on another site",
    tokenOf({ origins: ["https://a.example"] }),
    { origin: "https://b.example" },
    "ORIGIN",
  ],
  ["a sandboxed page", tokenOf({ origins: ["https://a.example"] }), { origin: "null" }, "ORIGIN"],
  ["a token with too long a lifetime", tokenOf({ untilS: claims.fromS + MAX_LIFETIME_S + 1 }), {}, "INVALID"],
  ["a token that ends before it starts", tokenOf({ untilS: claims.fromS }), {}, "INVALID"],
  ["a very long token", `${tokenOf()}${"A".repeat(100_000)}`, {}, "INVALID"],
])("%s is refused with its code", (_name, token, of, code) => {
  expect(judge(token, of)).toBe(`PLAYBACK_TOKEN_${code}`);
});

test("tokens of a revoked or expired key are refused, and only validly signed ones with that reason", () => {
  const revoked = { ...key, revokedAt: new Date(0) };
  expect(judge(tokenOf(), {}, revoked)).toBe("PLAYBACK_TOKEN_REVOKED");
  expect(judge(tokenOf(), {}, { ...key, expiresAt: now })).toBe("PLAYBACK_TOKEN_REVOKED");
  expect(judge(tokenOf({}, createSigningSecret()), {}, revoked)).toBe("PLAYBACK_TOKEN_INVALID");
});

test("a token for named origins is accepted there, on the API's own pages, and from clients without an origin", () => {
  const token = tokenOf({ origins: ["https://a.example", "https://b.example"] });
  for (const origin of ["https://b.example", "https://own.example", null]) {
    expect(judge(token, { origin })).toBeNull();
  }
});

test("a clock that is a minute behind does not refuse a fresh token", () => {
  expect(judge(tokenOf({ fromS: nowS + 59 }))).toBeNull();
});
