import HLS from "hls-parser";
import { describe, expect, test } from "vitest";
import { type PlayableRows, planMasterPlaylist } from "./master-playlist.ts";

const playlist = (name: string, isComplete = true, segments = 3) => ({
  key: `videos/v1/attempts/a1/${name}/index.m3u8`,
  codecs: name.startsWith("audio") ? "mp4a.40.2" : "avc1.64001f",
  bandwidthBps: 1_000_000,
  averageBandwidthBps: 800_000,
  segments,
  durationMs: 12_000,
  sizeBytes: 1_200_000,
  isComplete,
});
const variant = (position: number, name: string, made: object | null = playlist(name)) => ({
  position,
  name,
  width: 1280,
  height: 720,
  frameRate: 30_000 / 1_001,
  playlist: made,
});
const audio = {
  ...{ name: "audio", label: "English", role: null, startMs: 0 },
  ...{ channels: 2, language: "en", playlist: playlist("audio") },
};
const plan = (video: Partial<PlayableRows>) =>
  planMasterPlaylist({
    id: "v1",
    playableAt: null,
    variants: [],
    audioTracks: [],
    captionTracks: [],
    ...video,
  });

test("it lists the playable variants, smallest first, with the audio as a separate rendition", () => {
  const text = plan({ variants: [variant(1, "720p"), variant(0, "360p")], audioTracks: [audio] });
  expect(text).toMatchInlineSnapshot(`
    "#EXTM3U
    #EXT-X-VERSION:7
    #EXT-X-INDEPENDENT-SEGMENTS
    #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="English",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="../attempts/a1/audio/index.m3u8"
    #EXT-X-STREAM-INF:BANDWIDTH=2000000,AVERAGE-BANDWIDTH=1600000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=29.970,AUDIO="audio"
    ../attempts/a1/360p/index.m3u8
    #EXT-X-STREAM-INF:BANDWIDTH=2000000,AVERAGE-BANDWIDTH=1600000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=29.970,AUDIO="audio"
    ../attempts/a1/720p/index.m3u8
    "
  `);
  HLS.setOptions({ strictMode: true });
  expect(() => HLS.parse(text ?? "")).not.toThrow();
});

test("a variant without segments is not listed, and average bitrates are omitted until the end", () => {
  const growing = [variant(0, "360p", playlist("360p", false)), variant(1, "720p", null)];
  const text = plan({ variants: growing, audioTracks: [] });
  expect(text).toMatch(/360p/);
  expect(text).not.toMatch(/720p|AVERAGE-BANDWIDTH|AUDIO/);
});

test("there is no playlist before a variant has segments, or while the audio has none", () => {
  expect(plan({ variants: [variant(0, "360p", null)], audioTracks: [] })).toBeNull();
  const silentSoFar = { ...audio, playlist: null };
  expect(plan({ variants: [variant(0, "360p")], audioTracks: [silentSoFar] })).toBeNull();
});

test("audio that is still empty after four segments of video is no longer waited for", () => {
  const audioTracks = [{ ...audio, playlist: null }];
  const growing = (segments: number) => variant(0, "360p", playlist("360p", false, segments));
  const skipped = variant(1, "720p", null);
  expect(plan({ variants: [growing(3), skipped], audioTracks })).toBeNull();
  expect(plan({ variants: [growing(4), skipped], audioTracks })).toMatch(/CODECS="avc1.64001f",/);
  // Complete playlists, from a previous attempt or a copy, do not show the encoder's progress.
  const whole = variant(2, "144p", playlist("144p", true, 9));
  const copied = { ...variant(3, "source", playlist("source", false, 9)), name: "source" };
  expect(plan({ variants: [growing(3), whole, copied], audioTracks })).toBeNull();
  // But a playable video stays playable.
  expect(plan({ playableAt: new Date(), variants: [whole], audioTracks })).toMatch(/144p/);
});

test("an audio-only video has one audio stream", () => {
  const text = plan({ variants: [], audioTracks: [audio] });
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
  expect(plan({ variants: [], audioTracks: [] })).toBeNull();
  expect(plan({ variants: [], audioTracks: [{ ...audio, playlist: null }] })).toBeNull();
});

test("an invalid language tag is omitted", () => {
  const odd = { ...audio, language: 'en"\nX' };
  expect(plan({ variants: [variant(0, "360p")], audioTracks: [odd] })).not.toMatch(/LANGUAGE/);
});

describe("several audio tracks", () => {
  const track = (name: string, label: string, changes: object = {}) => ({
    ...{ name, label, role: null, startMs: 0, channels: 2, language: null, playlist: playlist(name) },
    ...changes,
  });
  const english = track("audio", "English", { language: "eng" });
  const german = track("audio-2", "Deutsch", { language: "de", channels: 6 });
  const others = [
    track("audio-3", "Director", { language: "en", role: "COMMENTARY" }),
    track("audio-4", "English, described", { language: "en", role: "DESCRIPTION" }),
    track("audio-5", "Track 5"),
  ];

  test("form one group, whose first track is the default", () => {
    const text = plan({ variants: [variant(0, "360p")], audioTracks: [...others, german, english] });
    expect(text).toMatchInlineSnapshot(`
      "#EXTM3U
      #EXT-X-VERSION:7
      #EXT-X-INDEPENDENT-SEGMENTS
      #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="English",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="../attempts/a1/audio/index.m3u8"
      #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="Deutsch",LANGUAGE="de",DEFAULT=NO,AUTOSELECT=YES,CHANNELS="6",URI="../attempts/a1/audio-2/index.m3u8"
      #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="Director",LANGUAGE="en",DEFAULT=NO,AUTOSELECT=NO,CHANNELS="2",URI="../attempts/a1/audio-3/index.m3u8"
      #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="English, described",LANGUAGE="en",DEFAULT=NO,AUTOSELECT=YES,CHARACTERISTICS="public.accessibility.describes-video",CHANNELS="2",URI="../attempts/a1/audio-4/index.m3u8"
      #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="Track 5",DEFAULT=NO,AUTOSELECT=NO,CHANNELS="2",URI="../attempts/a1/audio-5/index.m3u8"
      #EXT-X-STREAM-INF:BANDWIDTH=2000000,AVERAGE-BANDWIDTH=1600000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=29.970,AUDIO="audio"
      ../attempts/a1/360p/index.m3u8
      "
    `);
    HLS.setOptions({ strictMode: true });
    expect(() => HLS.parse(text ?? "")).not.toThrow();
  });

  test("are covered by a variant's bandwidth and codecs, whichever track is selected", () => {
    const heavy = {
      ...german,
      playlist: { ...playlist("audio-2"), codecs: "mp4a.40.5", bandwidthBps: 3_000_000 },
    };
    expect(plan({ variants: [variant(0, "360p")], audioTracks: [english, heavy] })).toMatch(
      /BANDWIDTH=4000000,AVERAGE-BANDWIDTH=1600000,CODECS="avc1.64001f,mp4a.40.2,mp4a.40.5"/,
    );
  });

  test("without video, list the first track as the stream and the others as alternatives", () => {
    const text = plan({ audioTracks: [english, german] });
    expect(text).toMatch(/AUDIO="audio"\n..\/attempts\/a1\/audio\/index.m3u8/);
    expect(() => HLS.parse(text ?? "")).not.toThrow();
  });

  test("delay the playlist until all of them play, since players read the list only once", () => {
    const growing = (segments: number) => [variant(0, "360p", playlist("360p", false, segments))];
    const waiting = { ...german, playlist: null };
    const audioTracks = [english, waiting];
    expect(plan({ variants: growing(1), audioTracks })).toBeNull();
    // But a track that starts late or is empty is not waited for.
    expect(plan({ variants: growing(1), audioTracks: [english, { ...waiting, startMs: 60_000 }] })).toMatch(
      /English/,
    );
    expect(plan({ variants: growing(4), audioTracks })).toMatch(/English/);
    // A copy does not show the encoder's progress.
    const copied = { ...variant(1, "source", playlist("source", true, 90)), name: "source" };
    expect(plan({ variants: [...growing(1), copied], audioTracks })).toBeNull();
    // And a playable video stays playable.
    expect(plan({ playableAt: new Date(), variants: growing(1), audioTracks })).not.toMatch(/Deutsch/);
    expect(
      plan({
        playableAt: new Date(),
        variants: growing(1),
        audioTracks: [{ ...english, playlist: null }, german],
      }),
    ).toBeNull();
  });
});
