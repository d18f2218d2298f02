import HLS from "hls-parser";
import { expect, test } from "vitest";
import { planMasterPlaylist } from "./master-playlist.ts";

const playlist = (name: string, isComplete = true, segments = 3) => ({
  key: `videos/v1/attempts/a1/${name}/index.m3u8`,
  codecs: name === "audio" ? "mp4a.40.2" : "avc1.64001f",
  bandwidthBps: 1_000_000,
  averageBandwidthBps: 800_000,
  segments,
  durationMs: 12_000,
  sizeBytes: 1_200_000,
  isComplete,
});
const variant = (position: number, name: string, made: object | null = playlist(name)) => ({
  position,
  width: 1280,
  height: 720,
  frameRate: 30_000 / 1_001,
  playlist: made,
});
const audio = { channels: 2, language: "en", playlist: playlist("audio") };

test("it names the playable variants, smallest first, with the sound as a rendition of its own", () => {
  const text = planMasterPlaylist({ id: "v1", variants: [variant(1, "720p"), variant(0, "360p")], audio });
  expect(text).toMatchInlineSnapshot(`
    "#EXTM3U
    #EXT-X-VERSION:7
    #EXT-X-INDEPENDENT-SEGMENTS
    #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="Main",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="../attempts/a1/audio/index.m3u8"
    #EXT-X-STREAM-INF:BANDWIDTH=2000000,AVERAGE-BANDWIDTH=1600000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=29.970,AUDIO="audio"
    ../attempts/a1/360p/index.m3u8
    #EXT-X-STREAM-INF:BANDWIDTH=2000000,AVERAGE-BANDWIDTH=1600000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=29.970,AUDIO="audio"
    ../attempts/a1/720p/index.m3u8
    "
  `);
  HLS.setOptions({ strictMode: true });
  expect(() => HLS.parse(text ?? "")).not.toThrow();
});

test("a variant without segments is not named, and averages wait for the end", () => {
  const growing = [variant(0, "360p", playlist("360p", false)), variant(1, "720p", null)];
  const text = planMasterPlaylist({ id: "v1", variants: growing, audio: null });
  expect(text).toMatch(/360p/);
  expect(text).not.toMatch(/720p|AVERAGE-BANDWIDTH|AUDIO/);
});

test("nothing plays before a variant has segments, or while the sound has none", () => {
  expect(planMasterPlaylist({ id: "v1", variants: [variant(0, "360p", null)], audio: null })).toBeNull();
  const silentSoFar = { ...audio, playlist: null };
  expect(planMasterPlaylist({ id: "v1", variants: [variant(0, "360p")], audio: silentSoFar })).toBeNull();
});

test("sound alone is a stream of its own", () => {
  const text = planMasterPlaylist({ id: "v1", variants: [], audio });
  expect(text).toMatchInlineSnapshot(`
    "#EXTM3U
    #EXT-X-VERSION:7
    #EXT-X-INDEPENDENT-SEGMENTS
    #EXT-X-STREAM-INF:BANDWIDTH=1000000,AVERAGE-BANDWIDTH=800000,CODECS="mp4a.40.2"
    ../attempts/a1/audio/index.m3u8
    "
  `);
  HLS.setOptions({ strictMode: true });
  expect(() => HLS.parse(text ?? "")).not.toThrow();
  expect(planMasterPlaylist({ id: "v1", variants: [], audio: null })).toBeNull();
  expect(planMasterPlaylist({ id: "v1", variants: [], audio: { ...audio, playlist: null } })).toBeNull();
});

test("a language that is no language tag is left out", () => {
  const odd = { ...audio, language: 'en"\nX' };
  expect(planMasterPlaylist({ id: "v1", variants: [variant(0, "360p")], audio: odd })).not.toMatch(
    /LANGUAGE/,
  );
});
