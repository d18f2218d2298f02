import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "mpd-parser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { words } from "../../render-worker/media/ffmpeg/words.ts";
import { makeClip, testTools } from "../../render-worker/testing/kit.ts";
import { type System, startSystem } from "../kit/index.ts";

let system: System;
let clip: string;
beforeAll(async () => {
  system = await startSystem();
  // Uneven segments, and audio that must be encoded.
  clip = await makeClip(join(system.directory, "clip.mkv"), [
    ...words("-f lavfi -i testsrc2=s=320x180:r=25:d=7 -f lavfi -i sine=440:d=7"),
    ...words("-c:v libx264 -preset ultrafast -c:a flac"),
  ]);
});
afterAll(() => system[Symbol.asyncDispose]());

const fields = `status playback { hlsUrl dashUrl } download { url } variants { name status codec } source { probe { videoCodec audioCodec } }`;

async function render(profile: string) {
  const id = await system.client.upload(clip, { title: profile, profile });
  await system.client.watch(id);
  const { data } = await system.client.ask(`query ($id: ID!) { video(id: $id) { ${fields} } }`, { id });
  return data.video;
}

test("a custom profile has two codecs, one downloadable file, and HLS and DASH over the same segments", async () => {
  const { data } = await system.client.ask(
    `mutation ($input: CreateProfileInput!) { createProfile(input: $input) { ... on Profile { name } ... on Error { message } } }`,
    {
      input: {
        name: "mine",
        rungs: [
          { height: 144, bitrateBps: 200_000 },
          { height: 180, bitrateBps: 300_000, codec: "HEVC", tier: "CRITICAL" },
        ],
        download: { height: 720 },
      },
    },
  );
  expect(data.createProfile).toEqual({ name: "mine" });
  const video = await render("mine");
  expect(video).toMatchObject({
    status: "READY",
    variants: [
      { name: "144p", status: "READY", codec: "H264" },
      { name: "180p-hevc", status: "READY", codec: "HEVC" },
    ],
  });
  const { dashUrl } = video.playback;

  const answer = await fetch(dashUrl);
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/dash+xml"]);
  const mpd = parse(await answer.text(), { manifestUri: dashUrl });
  expect(mpd.playlists.map(({ attributes }) => attributes.NAME)).toEqual(["144p", "180p-hevc"]);
  const audio = Object.values(mpd.mediaGroups.AUDIO["audio"] ?? {}).flatMap(({ playlists }) => playlists);
  expect(audio).toHaveLength(1);
  const named = [...mpd.playlists, ...audio].flatMap(({ segments }) =>
    segments.flatMap(({ resolvedUri, map }) => [resolvedUri, map.resolvedUri]),
  );
  const statuses = await Promise.all(
    [...new Set(named)].map(async (url) => (await fetch(url, { method: "HEAD" })).status),
  );
  expect(new Set(statuses)).toEqual(new Set([200]));
  for (const { segments } of mpd.playlists) {
    expect(segments.reduce((sum, { duration }) => sum + duration, 0)).toBeCloseTo(7, 2);
  }

  const { ffmpeg } = await testTools();
  const { stderr } = await promisify(execFile)(ffmpeg.path, [
    ...words("-v warning -xerror -i"),
    video.download.url,
    ...words("-f null -"),
  ]);
  expect(stderr).toBe("");
});

test("audio alone becomes ready with a stream and a manifest, without video", async () => {
  const video = await render("audio");
  expect(video).toMatchObject({
    status: "READY",
    variants: [],
    download: null,
    source: { probe: { videoCodec: null, audioCodec: "flac" } },
  });
  const master = await (await fetch(video.playback.hlsUrl)).text();
  expect(master).toMatch(/#EXT-X-STREAM-INF:BANDWIDTH=\d+,AVERAGE-BANDWIDTH=\d+,CODECS="mp4a.40.2"\n/);
  const mpd = await (await fetch(video.playback.dashUrl)).text();
  expect(mpd).toContain('contentType="audio"');
  expect(mpd).not.toContain('contentType="video"');
});
