/** Who may watch what, asked over HTTP as players and strangers do. */
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seedVideo } from "../../schema/testing/seed.ts";
import { createTestApi, type TestApi } from "../../schema/testing/test-api.ts";
import { toAssetRow, writeAsset } from "../database/index.ts";
import { encodeGlobalId } from "../inputs/global-id.ts";
import { createMediaHandler } from "../media/index.ts";
import { REUSE_MS } from "./reuse.ts";

let api: TestApi;
let base: string;
let server: ReturnType<typeof createServer>;
beforeAll(async () => {
  api = await createTestApi();
  const { store, playback } = api;
  const handle = createMediaHandler({ store, access: playback, basePath: "/media/" });
  server = createServer((req, res) => void handle(req, res));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/media/`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await api[Symbol.asyncDispose]();
});

const segmentOf = (id: string) => `videos/${id}/attempts/a/720p/seg_0.m4s`;
const downloadOf = (id: string) => `videos/${id}/attempts/a/download/download.mp4`;
const masterOf = (id: string) => `videos/${id}/manifest/master.m3u8`;

async function newVideo(playbackPolicy: "PUBLIC" | "SIGNED", workspaceId = api.ours.id) {
  const { id } = await seedVideo(api.db, workspaceId, { title: "Geheime Größe" });
  const download = { version: 1, key: downloadOf(id), variant: "100p", sizeBytes: 3 } as const;
  await api.db.video.update({ where: { id }, data: { playbackPolicy } });
  await writeAsset(api.db, id, toAssetRow("download", download));
  await writeAsset(
    api.db,
    id,
    toAssetRow("poster", { version: 1, key: `videos/${id}/poster.jpg`, atMs: null }),
  );
  await api.store.put(segmentOf(id), "0123456789");
  await api.store.put(downloadOf(id), "mp4");
  await api.store.put(masterOf(id), "#EXTM3U\n");
  await api.store.put(`videos/${id}/status.json`, "{}");
  await api.store.put(`videos/${id}/source/a.mp4`, "original");
  return { id, globalId: encodeGlobalId("Video", id) };
}

const createToken = `mutation ($input: CreatePlaybackTokenInput!) { createPlaybackToken(input: $input) { __typename
  ... on PlaybackToken { token purpose expiresAt hlsUrl dashUrl posterUrl embedUrl watchUrl downloadUrl statusUrl }
  ... on Error { code message } } }`;

interface Made {
  __typename: string;
  token: string;
  code: string;
  [url: string]: string | null;
}
async function tokenFor(videoId: string, input: object = {}, key = api.ours.write): Promise<Made> {
  const { data, errors } = await api.ask(createToken, { input: { videoId, ...input } }, key);
  expect(errors).toBeUndefined();
  return data.createPlaybackToken;
}

/** All that a client sees, without what differs with every address and moment. */
async function seen(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(base + path, { headers });
  const all: Record<string, string> = Object.fromEntries(response.headers);
  const { date: _, ...rest } = all;
  const text = (await response.text()).replaceAll(path, "PATH");
  return {
    status: response.status,
    headers: { ...rest, "content-length": "-" } as Record<string, string>,
    text,
  };
}
const codeOf = async (path: string, headers: Record<string, string> = {}) => {
  const { status, text } = await seen(path, headers);
  return `${status} ${status === 200 ? text : JSON.parse(text).code}`;
};

test("a PLAY token plays by its path alone and allows no download; a DOWNLOAD token downloads and does not play", async () => {
  const { id, globalId } = await newVideo("SIGNED");
  const play = await tokenFor(globalId, { expiresInSeconds: 600 });
  expect(play["hlsUrl"]).toBe(`http://store/~${play.token}/${masterOf(id)}`);
  expect(play["watchUrl"]).toBe(`http://api.example/watch/${globalId}?token=${play.token}`);
  expect(play["downloadUrl"]).toBeNull();
  const segment = await fetch(`${base}~${play.token}/${segmentOf(id)}`, { headers: { range: "bytes=1-2" } });
  expect([segment.status, await segment.text()]).toEqual([206, "12"]);
  expect(segment.headers.get("cache-control")).toMatch(/^private, max-age=(59\d|600)$/);
  // What playlists name relatively stays below the token.
  expect(new URL("../attempts/a/720p/seg_0.m4s", play["hlsUrl"] ?? "").href).toBe(
    `http://store/~${play.token}/${segmentOf(id)}`,
  );
  expect(await codeOf(`~${play.token}/${downloadOf(id)}`)).toBe("403 PLAYBACK_TOKEN_PURPOSE");
  expect(await codeOf(`~${play.token}/videos/${id}/source/a.mp4`)).toBe("404 NOT_FOUND");
  expect(await codeOf(`~${play.token}/videos/${id}/status.json`)).toBe("200 {}");

  const save = await tokenFor(globalId, { purpose: "DOWNLOAD" });
  expect([save["hlsUrl"], save["embedUrl"], save["statusUrl"]]).toEqual([null, null, null]);
  const download = await fetch(`${base}~${save.token}/${downloadOf(id)}`);
  expect(download.headers.get("content-disposition")).toContain(encodeURIComponent("Geheime Größe.mp4"));
  expect(await codeOf(`~${save.token}/${segmentOf(id)}`)).toBe("403 PLAYBACK_TOKEN_PURPOSE");

  const status = await tokenFor(globalId, { purpose: "STATUS" });
  expect(await codeOf(`~${status.token}/videos/${id}/status.json`)).toBe("200 {}");
  expect(await codeOf(`~${status.token}/${masterOf(id)}`)).toBe("403 PLAYBACK_TOKEN_PURPOSE");
});

test("without a token a SIGNED video is indistinguishable from a missing one", async () => {
  const { id } = await newVideo("SIGNED");
  const other = randomUUID();
  for (const path of [segmentOf, masterOf, downloadOf, (video: string) => `videos/${video}/status.json`]) {
    for (const headers of [{}, { range: "bytes=0-1" }, { origin: "https://a.example" }] as Record<
      string,
      string
    >[]) {
      const answer = await seen(path(id), headers);
      expect(answer.status).toBe(404);
      expect(answer.headers["cache-control"]).toBe("no-store");
      expect(answer).toEqual(await seen(path(other), headers));
    }
  }
});

test("an invalid token gets the same answer for an own, a foreign and a missing video", async () => {
  const ours = await newVideo("SIGNED");
  const theirs = await newVideo("SIGNED", api.theirs.id);
  const { token } = await tokenFor(ours.globalId);
  const foreign = (await tokenFor(theirs.globalId, {}, api.theirs.write)).token;
  const altered = `${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`;
  for (const bad of [altered, foreign, token.slice(0, 60), "", "~", "x".repeat(5_000)]) {
    const answers = await Promise.all(
      [ours.id, randomUUID(), "nonsense"].map((id) => seen(`~${bad}/${segmentOf(id)}`)),
    );
    expect(answers[0]?.status).toBe(403);
    expect(JSON.parse(answers[0]?.text ?? "").code).toBe("PLAYBACK_TOKEN_INVALID");
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  }
});

test("a workspace's own signing key opens no foreign video and does not reveal whether it exists", async () => {
  const theirs = await newVideo("SIGNED", api.theirs.id);
  const claims = {
    fromS: Math.floor(Date.now() / 1_000),
    purpose: "PLAY" as const,
    origins: [],
    viewerId: "",
  };
  const answers = await Promise.all(
    [theirs.id, randomUUID()].map(async (videoId) => {
      const token = await api.playback.sign(api.ours.id, { ...claims, videoId, untilS: claims.fromS + 600 });
      return seen(`~${token}/${segmentOf(videoId)}`);
    }),
  );
  expect(answers[0]?.status).toBe(403);
  expect(answers[1]).toEqual(answers[0]);
  expect(await tokenFor(theirs.globalId)).toMatchObject({ code: "VIDEO_NOT_FOUND" });
});

test("an expired token is refused with its code, and its responses are not cached beyond its expiry", async () => {
  const { id, globalId } = await newVideo("SIGNED");
  const { token } = await tokenFor(globalId, { expiresInSeconds: 30 });
  const headers = (await fetch(`${base}~${token}/${segmentOf(id)}`)).headers;
  expect(Number(/max-age=(\d+)/.exec(headers.get("cache-control") ?? "")?.[1])).toBeLessThanOrEqual(30);
  api.advance(31_000);
  expect(await codeOf(`~${token}/${segmentOf(id)}`)).toBe("403 PLAYBACK_TOKEN_EXPIRED");
});

test("a token restricted to some origins is refused on others", async () => {
  const { id, globalId } = await newVideo("SIGNED");
  const { token } = await tokenFor(globalId, { origins: ["https://shop.example"], viewerId: "kim" });
  const path = `~${token}/${segmentOf(id)}`;
  expect(await codeOf(path, { origin: "https://shop.example" })).toBe("200 0123456789");
  expect(await codeOf(path, { referer: "https://shop.example/film?x" })).toBe("200 0123456789");
  expect(await codeOf(path)).toBe("200 0123456789");
  expect(await codeOf(path, { origin: "https://thief.example" })).toBe("403 PLAYBACK_TOKEN_ORIGIN");
  expect(await codeOf(path, { referer: "https://thief.example/" })).toBe("403 PLAYBACK_TOKEN_ORIGIN");
});

const update = `mutation ($id: ID!, $policy: PlaybackPolicy!) { updateVideo(input: { id: $id, playbackPolicy: $policy }) {
  ... on Video { playbackPolicy playback { hlsUrl posterUrl } download { url } } } }`;

test("changing the playback policy applies immediately on this process and updates the status file", async () => {
  const { id, globalId } = await newVideo("PUBLIC");
  expect(await codeOf(segmentOf(id))).toBe("200 0123456789");
  // Caches in front ask again after ten minutes.
  expect((await seen(segmentOf(id))).headers).toMatchObject({
    "cache-control": "public, max-age=31536000, s-maxage=600, immutable",
  });
  const turned = (await api.ask(update, { id: globalId, policy: "SIGNED" })).data.updateVideo;
  expect(turned.playbackPolicy).toBe("SIGNED");
  expect(await codeOf(segmentOf(id))).toBe("404 NOT_FOUND");
  // The API gives a key's holder addresses that play.
  const inMedia = (url: string) => url.replace("http://store/", "");
  expect(await codeOf(inMedia(turned.playback.hlsUrl))).toBe("200 #EXTM3U\n");
  expect(await codeOf(inMedia(turned.download.url))).toBe("200 mp4");
  const token = /~[^/]+/.exec(turned.playback.hlsUrl)?.[0];
  const status = JSON.parse((await seen(`${token}/videos/${id}/status.json`)).text);
  expect(status).toMatchObject({
    playbackPolicy: "SIGNED",
    playbackUrl: "manifest/master.m3u8",
    posterUrl: "poster.jpg",
    downloadUrl: null,
  });
  await api.ask(update, { id: globalId, policy: "PUBLIC" });
  expect(await codeOf(segmentOf(id))).toBe("200 0123456789");
  const open = JSON.parse((await seen(`videos/${id}/status.json`)).text);
  expect(open).toMatchObject({ playbackPolicy: "PUBLIC", playbackUrl: `http://store/${masterOf(id)}` });
  expect(open.workspaceId).toBeUndefined();
});

test("playback URLs stay the same for half an hour, so that live updates do not look like another video", async () => {
  const { globalId } = await newVideo("SIGNED");
  const ask = async () =>
    (
      await api.ask(
        "query ($id: ID!) { video(id: $id) { playback { hlsUrl } } }",
        { id: globalId },
        api.ours.read,
      )
    ).data.video.playback.hlsUrl;
  const first = await ask();
  expect(await ask()).toBe(first);
  api.advance(1_800_000);
  expect(await ask()).not.toBe(first);
});

const rotate = `mutation ($input: RotateSigningKeyInput! = {}) { rotateSigningKey(input: $input) { __typename
  ... on RotatedSigningKey { secret signingKey { id keyId isLive signsFrom expiresAt } } ... on Error { code message } } }`;
const revoke = `mutation ($id: ID!) { revokeSigningKey(input: { id: $id }) { __typename ... on SigningKey { keyId isLive revokedAt } } }`;
const list = "{ signingKeys(first: 10) { nodes { id keyId isLive expiresAt } } }";

test("a key rotation interrupts no viewer: the older key verifies until it expires or is revoked", async () => {
  const { id, globalId } = await newVideo("SIGNED", api.theirs.id);
  const { write, admin } = api.theirs;
  await api.db.signingKey.deleteMany({ where: { workspaceId: api.theirs.id } });
  api.playback.forgetKeys(api.theirs.id);
  const before = (await tokenFor(globalId, {}, write)).token;
  const rotated = (await api.ask(rotate, {}, admin)).data.rotateSigningKey;
  expect(rotated.secret).toMatch(/^rpk_[\w-]{43}$/);
  const stored = await api.db.signingKey.findUniqueOrThrow({ where: { keyId: rotated.signingKey.keyId } });
  expect(stored.secret).toMatch(/^enc\.v1\./);
  const after = (await tokenFor(globalId, {}, write)).token;
  expect(after.split(".")[1]).toBe(rotated.signingKey.keyId);
  for (const token of [before, after]) expect(await codeOf(`~${token}/${segmentOf(id)}`)).toMatch(/^200/);

  expect((await api.ask(rotate, {}, admin)).data.rotateSigningKey.code).toBe("SIGNING_KEYS_FULL");
  const [, older] = (await api.ask(list, {}, admin)).data.signingKeys.nodes;
  expect(older).toMatchObject({ keyId: before.split(".")[1], isLive: true, expiresAt: expect.any(String) });
  expect((await api.ask(revoke, { id: older.id }, admin)).data.revokeSigningKey).toMatchObject({
    isLive: false,
  });
  expect(await codeOf(`~${before}/${segmentOf(id)}`)).toBe("403 PLAYBACK_TOKEN_REVOKED");
  expect(await codeOf(`~${after}/${segmentOf(id)}`)).toMatch(/^200/);
});

test("a new key may be announced before the API signs with it, so that a CDN can load it in time", async () => {
  const { id, globalId } = await newVideo("SIGNED");
  await api.db.signingKey.deleteMany({ where: { workspaceId: api.ours.id } });
  api.playback.forgetKeys(api.ours.id);
  const before = (await tokenFor(globalId)).token;
  const input = { signAfterMs: 60_000, overlapMs: 120_000 };
  const { signingKey } = (await api.ask(rotate, { input }, api.ours.admin)).data.rotateSigningKey;
  expect((await tokenFor(globalId)).token.split(".")[1]).toBe(before.split(".")[1]);
  api.advance(61_000);
  api.playback.forgetKeys(api.ours.id);
  expect((await tokenFor(globalId)).token.split(".")[1]).toBe(signingKey.keyId);
  expect(await codeOf(`~${before}/${segmentOf(id)}`)).toMatch(/^200/);
  api.advance(120_000);
  expect(await codeOf(`~${before}/${segmentOf(id)}`)).toBe("403 PLAYBACK_TOKEN_REVOKED");
});

test.each([
  [{ expiresInSeconds: 0 }, "PLAYBACK_EXPIRY_INVALID"],
  [{ expiresInSeconds: 604_801 }, "PLAYBACK_EXPIRY_INVALID"],
  [{ origins: ["shop.example"] }, "PLAYBACK_ORIGINS_INVALID"],
  [{ origins: ["https://shop.example/path"] }, "PLAYBACK_ORIGINS_INVALID"],
  [{ origins: ["https://a,b.example"] }, "PLAYBACK_ORIGINS_INVALID"],
  [
    { origins: Array.from({ length: 11 }, (_, index) => `https://a${index}.example`) },
    "PLAYBACK_ORIGINS_INVALID",
  ],
  [{ viewerId: "x".repeat(129) }, "PLAYBACK_VIEWER_INVALID"],
])("a token with %j is refused", async (input, code) => {
  const { globalId } = await newVideo("SIGNED");
  expect(await tokenFor(globalId, input)).toMatchObject({ code });
});

test("new videos get the workspace's default policy unless they specify one", async () => {
  const setDefault = `mutation ($input: UpdateWorkspaceInput!) { updateWorkspace(input: $input) { ... on Workspace { defaultPlaybackPolicy } ... on Error { code } } }`;
  const input = { defaultPlaybackPolicy: "SIGNED" };
  expect((await api.ask(setDefault, { input }, api.ours.admin)).data.updateWorkspace).toEqual(input);
  const create = `mutation ($input: CreateVideoInput!) { createVideo(input: $input) { ... on Video { id playbackPolicy } } }`;
  const source = { url: { url: "https://example.com/a.mp4" } };
  const created = async (more: object = {}) =>
    (await api.ask(create, { input: { title: "A", source, ...more } })).data.createVideo;
  const signed = await created();
  expect(signed.playbackPolicy).toBe("SIGNED");
  const { token } = await tokenFor(signed.id, { purpose: "STATUS" });
  const id = Buffer.from(signed.id, "base64url").toString().slice("Video:".length);
  expect(JSON.parse((await seen(`~${token}/videos/${id}/status.json`)).text)).toMatchObject({
    playbackPolicy: "SIGNED",
  });
  expect((await created({ playbackPolicy: "PUBLIC" })).playbackPolicy).toBe("PUBLIC");
});

test("a media request causes no query while its look-ups are cached", async () => {
  const { id, globalId } = await newVideo("SIGNED");
  const { token } = await tokenFor(globalId);
  await seen(`~${token}/${segmentOf(id)}`);
  const before = api.queries.length;
  for (let each = 0; each < 20; each += 1) await seen(`~${token}/${segmentOf(id)}`);
  expect(api.queries.length).toBe(before);
  expect(REUSE_MS).toBeLessThanOrEqual(5_000);
});
