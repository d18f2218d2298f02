/** Several tracks of audio through the whole system: what a viewer may choose, and gets. */
import { join } from "node:path";
import HLS from "hls-parser";
import { parse } from "mpd-parser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { complaints } from "../../render-worker/testing/inspect.ts";
import { type System, startSystem } from "../kit/index.ts";
import { hasTone, makeThreeTracks } from "../kit/three-tracks.ts";

let system: System;
beforeAll(async () => {
  system = await startSystem({ workers: 2, wholeUpToMs: 10_000 });
});
afterAll(() => system[Symbol.asyncDispose]());

const fields = `status audioNote playback { hlsUrl dashUrl } variants { name status }
  audioTracks { name language role channels codec isDefault status sizeBytes }`;
const read = async (id: string) => {
  const { data } = await system.client.ask(`query ($id: ID!) { video(id: $id) { ${fields} } }`, { id });
  return data.video;
};
const toMaster = async (url: string) => {
  HLS.setOptions({ strictMode: true });
  return HLS.parse(await (await fetch(url)).text()) as HLS.types.MasterPlaylist;
};

test.each([
  ["rendered whole", "whole.mkv", 5, /attempts/],
  ["rendered in parts", "parts.mkv", 14, /variants/],
  ["with copied video and audio", "copied.mp4", 14, /attempts/],
])(
  "a video %s offers every audio track from its first segment to its end",
  async (_what, file, seconds, where) => {
    const id = await system.client.upload(await makeThreeTracks(join(system.directory, file), seconds));
    await system.client.watch(id, ({ status }) => status === "PLAYABLE" || status === "READY");
    const begun = await read(id);
    const early = await toMaster(begun.playback.hlsUrl);
    const labels = ["English", "German", "Director"];
    expect(early.variants[0]?.audio.map(({ name }) => name)).toEqual(labels);

    await system.client.watch(id);
    const video = await read(id);
    expect(video).toMatchObject({ status: "READY", audioNote: null });
    const made = video.variants.filter(({ status }: { status: string }) => status !== "SKIPPED");
    expect(made.every(({ status }: { status: string }) => status === "READY")).toBe(true);
    const track = { channels: 2, codec: "AAC", role: null, isDefault: false, status: "READY" };
    expect(video.audioTracks).toMatchObject([
      { ...track, name: "English", language: "en", isDefault: true },
      { ...track, name: "German", language: "de" },
      { ...track, name: "Director", language: null, role: "COMMENTARY" },
    ]);
    expect(video.audioTracks[1].sizeBytes).toBeGreaterThan(10_000);

    const master = await toMaster(video.playback.hlsUrl);
    for (const variant of master.variants) {
      expect(variant.audio).toMatchObject([
        { name: "English", language: "en", isDefault: true, autoselect: true, channels: "2" },
        { name: "German", language: "de", isDefault: false, autoselect: true },
        { name: "Director", isDefault: false, autoselect: false },
      ]);
    }
    const addresses = master.variants[0]?.audio.map(({ uri }) =>
      String(new URL(uri ?? "", video.playback.hlsUrl)),
    );
    expect(addresses?.[0]).toMatch(where);
    for (const [index, hertz] of [440, 1_000, 2_500].entries()) {
      const url = addresses?.[index] ?? "";
      const media = HLS.parse(await (await fetch(url)).text()) as HLS.types.MediaPlaylist;
      expect(media.endlist).toBe(true);
      const lasts = media.segments.reduce((sum, { duration }) => sum + duration, 0);
      expect(Math.abs(lasts - seconds)).toBeLessThan(0.03);
      expect(await hasTone(url, hertz), labels[index]).toBe(true);
      expect(await complaints(url), labels[index]).toBe("");
    }

    const manifest = await (await fetch(video.playback.dashUrl)).text();
    const mpd = parse(manifest, { manifestUri: video.playback.dashUrl });
    expect(Object.keys(mpd.mediaGroups.AUDIO["audio"] ?? {})).toHaveLength(3);
    expect(manifest).toMatch(/lang="de">\s*<Label>German<\/Label>/);
  },
);
