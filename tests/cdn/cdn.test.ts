/**
 * The rule for CDNs (integrations/cdn), before a bucket that only it may read, with tokens that customers and
 * the API sign.
 */
import { randomUUID } from "node:crypto";
import * as fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { checkPlayback, type EdgeStatus } from "../../integrations/cdn/check-playback.ts";
import { createEdge } from "../../integrations/cdn/serve-playback.ts";
import { signPlaybackToken } from "../../packages/client/src/playback/sign-playback-token.ts";
import { purposes } from "../../src/playback-access/claims.ts";
import { judgeToken } from "../../src/playback-access/judge-token.ts";
import { createKeyId, createSigningSecret, signClaims } from "../../src/playback-access/signature.ts";
import { parseToken } from "../../src/playback-access/token-text.ts";

const newKey = (workspaceId: string) => ({
  workspaceId,
  keyId: createKeyId(),
  secret: createSigningSecret(),
});
const [ours, theirs] = [newKey("ours"), newKey("theirs")];
const keys = { [ours.keyId]: ours, [theirs.keyId]: theirs };
const [signed, open, foreign] = [randomUUID(), randomUUID(), randomUUID()] as const;
const segment = (videoId: string) => `videos/${videoId}/attempts/a/720p/seg_0.m4s`;
const download = (videoId: string) => `videos/${videoId}/attempts/a/download/download.mp4`;

/** A bucket with a cache in front, as a CDN has it: keyed by the object alone. */
const objects = new Map<string, string>();
const cache = new Map<string, string>();
const read: string[] = [];
let time = Date.now();
const edge = createEdge({
  keys,
  ownOrigins: ["https://api.example"],
  now: () => time,
  readObject: (key) => {
    // Buckets decode the requested key.
    const text = cache.get(key) ?? objects.get(decodeURIComponent(key));
    read.push(`${cache.has(key) ? "HIT" : "MISS"} ${key.split("/").at(-1)}`);
    if (text === undefined) return Promise.resolve(new Response("no", { status: 404 }));
    if (!key.endsWith(".json")) cache.set(key, text);
    const headers = { "cache-control": "public, max-age=31536000, s-maxage=600, immutable" };
    return Promise.resolve(new Response(text, { headers }));
  },
});

function publish(videoId: string, status: EdgeStatus) {
  objects.set(`videos/${videoId}/status.json`, JSON.stringify(status));
  for (const key of [segment(videoId), download(videoId), `videos/${videoId}/source/a.mp4`])
    objects.set(key, key);
}
beforeEach(() => {
  time += 60_000;
  read.splice(0);
  publish(signed, { playbackPolicy: "SIGNED", workspaceId: "ours" });
  publish(open, {});
  publish(foreign, { playbackPolicy: "SIGNED", workspaceId: "theirs" });
});

async function ask(path: string, headers: Record<string, string> = {}): Promise<string> {
  const response = await edge(new Request(`https://cdn.example/${path}`, { headers }));
  const text = await response.text();
  if (response.status === 200) return "200";
  expect(response.headers.get("cache-control")).toBe("no-store");
  return `${response.status} ${JSON.parse(text).code}`;
}
const tokenFor = (videoId: string, more: object = {}, { keyId, secret } = ours) =>
  signPlaybackToken({ keyId, secret, videoId, startsAt: time, ...more });

test("viewers with tokens share one cached object, and other viewers cannot access it", async () => {
  const [one, two] = [
    await tokenFor(signed, { viewerId: "one" }),
    await tokenFor(signed, { viewerId: "two" }),
  ];
  expect(await ask(`~${one}/${segment(signed)}`)).toBe("200");
  expect(await ask(`~${two}/${segment(signed)}`)).toBe("200");
  expect(read.filter((each) => each.endsWith("m4s"))).toEqual(["MISS seg_0.m4s", "HIT seg_0.m4s"]);
  expect(await ask(segment(signed))).toBe("404 NOT_FOUND");
  expect(await ask(segment(randomUUID()))).toBe("404 NOT_FOUND");
  expect(await ask(`~${one.slice(0, -1)}/${segment(signed)}`)).toBe("403 PLAYBACK_TOKEN_INVALID");
  time += 3_700_000;
  expect(await ask(`~${one}/${segment(signed)}`)).toBe("403 PLAYBACK_TOKEN_EXPIRED");
  expect(read.filter((each) => each.endsWith("m4s"))).toHaveLength(2);
});

test("responses to a token are cached only privately, and never longer than the token is valid", async () => {
  const token = await tokenFor(signed, { expiresInSeconds: 100 });
  const response = await edge(new Request(`https://cdn.example/~${token}/${segment(signed)}`));
  expect(response.headers.get("cache-control")).toMatch(/^private, max-age=(99|100)$/);
});

test("a signing key of one workspace does not open another workspace's videos", async () => {
  expect(await ask(`~${await tokenFor(foreign, {}, theirs)}/${segment(foreign)}`)).toBe("200");
  expect(await ask(`~${await tokenFor(foreign)}/${segment(foreign)}`)).toBe("403 PLAYBACK_TOKEN_INVALID");
  const nowhere = randomUUID();
  expect(await ask(`~${await tokenFor(nowhere)}/${segment(nowhere)}`)).toBe("403 PLAYBACK_TOKEN_INVALID");
});

test("a video changed from PUBLIC to SIGNED plays without a token for at most 30 seconds", async () => {
  expect(await ask(segment(open))).toBe("200");
  publish(open, { playbackPolicy: "SIGNED", workspaceId: "ours" });
  time += 31_000;
  expect(await ask(segment(open))).toBe("404 NOT_FOUND");
  expect(await ask(`~${await tokenFor(open)}/${segment(open)}`)).toBe("200");
});

test.each([
  ["a source", "PLAY", (id: string) => `videos/${id}/source/a.mp4`, "404 NOT_FOUND"],
  [
    "a source by a relative path",
    "PLAY",
    (id: string) => `videos/${id}/attempts/%2e%2e/source/a.mp4`,
    "404 NOT_FOUND",
  ],
  ["a percent-encoded source key", "PLAY", (id: string) => `videos/${id}/%73ource/a.mp4`, "404 NOT_FOUND"],
  ["an invalid key", "PLAY", (id: string) => `videos/${id}/attempts/%zz`, "404 NOT_FOUND"],
  ["a download", "PLAY", download, "403 PLAYBACK_TOKEN_PURPOSE"],
  [
    "a percent-encoded download key",
    "PLAY",
    (id: string) => download(id).replace("/download/", "/%64ownload/"),
    "403 PLAYBACK_TOKEN_PURPOSE",
  ],
  ["a segment", "DOWNLOAD", segment, "403 PLAYBACK_TOKEN_PURPOSE"],
  ["the status", "STATUS", (id: string) => `videos/${id}/status.json`, "200"],
])("%s with a %s token", async (_what, purpose, key, answer) => {
  expect(await ask(`~${await tokenFor(signed, { purpose })}/${key(signed)}`)).toBe(answer);
});

test("a token restricted to origins is refused elsewhere, even for cached objects", async () => {
  const token = await tokenFor(signed, { origins: ["https://shop.example"] });
  const path = `~${token}/${segment(signed)}`;
  expect(await ask(path, { origin: "https://api.example" })).toBe("200");
  expect(await ask(path, { origin: "https://shop.example" })).toBe("200");
  expect(await ask(path, { origin: "https://thief.example" })).toBe("403 PLAYBACK_TOKEN_ORIGIN");
});

test("the CDN rule accepts and refuses the same tokens as the API", async () => {
  const nowS = 1_795_348_800;
  const letters = Array.from("ABCabc019-_.~");
  const videoId = signed;
  const claims = fc.record({
    keyId: fc.constantFrom(ours.keyId, "aaaaaaaaaaaa"),
    purpose: fc.constantFrom(...purposes),
    videoId: fc.constantFrom(videoId, foreign),
    fromS: fc.integer({ min: nowS - 200, max: nowS + 200 }),
    untilS: fc.integer({ min: nowS - 100, max: nowS + 700_000 }),
    origins: fc.constantFrom([], ["https://a.example"]),
    viewerId: fc.constantFrom("", "kim"),
  });
  const damage = fc.option(fc.tuple(fc.nat(150), fc.constantFrom(...letters)), { freq: 2 });
  await fc.assert(
    fc.asyncProperty(
      claims,
      damage,
      fc.constantFrom(null, "https://a.example", "https://b.example"),
      async (each, hurt, origin) => {
        const whole = signClaims(each, ours.secret);
        const token = hurt ? whole.slice(0, hurt[0]) + hurt[1] + whole.slice(hurt[0] + 1) : whole;
        const parsed = parseToken(token);
        const key =
          parsed && parsed.claims.keyId === ours.keyId ? { ...ours, expiresAt: null, revokedAt: null } : null;
        const use = { videoId, purposes: ["PLAY"] as const, origin, now: new Date(nowS * 1_000) };
        const expected = parsed ? judgeToken(parsed, key, use, []) : "PLAYBACK_TOKEN_INVALID";
        const path = `/~${token}/${segment(videoId)}`;
        const verdict = await checkPlayback({ path, origin, nowS }, keys, () =>
          Promise.resolve({ playbackPolicy: "SIGNED", workspaceId: "ours" }),
        );
        expect(verdict.isAllowed ? null : verdict.code).toBe(expected);
      },
    ),
    { numRuns: 400 },
  );
});
