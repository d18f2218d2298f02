import { parse } from "mpd-parser";
import { expect, test } from "vitest";
import { type DashRendition, planMpd } from "./plan-mpd.ts";
import { readMediaPlaylist } from "./refresh-dash.ts";

const segments = [1_000, 1_000, 2_000, 4_000, 4_000, 1_234.567].map((durationMs, index) => ({
  uri: `../attempts/a1/360p/0000${index}.m4s`,
  durationMs,
}));
const video = (name: string, codecs: string, height: number): DashRendition => ({
  name,
  kind: "video",
  codecs,
  bandwidthBps: 1_000 * height,
  initUri: `../attempts/a1/${name}/init.mp4`,
  segments,
  width: (height * 16) / 9,
  height,
  frameRate: 30_000 / 1_001,
});
const audio: DashRendition = {
  name: "audio",
  kind: "audio",
  codecs: "mp4a.40.2",
  bandwidthBps: 128_000,
  initUri: "../attempts/a1/audio/init.mp4",
  segments: segments.map(({ durationMs }, index) => ({
    uri: `../attempts/a1/audio/0000${index}.m4s`,
    durationMs,
  })),
  channels: 2,
  language: "de",
};

test("every segment has its URL and duration, and the audio has its own adaptation set", () => {
  const mpd = planMpd([video("360p", "avc1.64001E", 360), audio], 4_000);
  expect(mpd?.replaceAll(/ +<SegmentURL.*\n/g, "")).toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="UTF-8"?>
    <MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:full:2011" type="static" mediaPresentationDuration="PT13.234567S" minBufferTime="PT4S" maxSegmentDuration="PT4S">
      <Period id="0" start="PT0S" duration="PT13.234567S">
        <AdaptationSet id="0" contentType="video" mimeType="video/mp4" segmentAlignment="true" startWithSAP="1">
          <Representation id="360p" codecs="avc1.64001E" bandwidth="360000" width="640" height="360" sar="1:1" frameRate="30000/1001">
            <SegmentList timescale="1000000">
              <Initialization sourceURL="../attempts/a1/360p/init.mp4"/>
              <SegmentTimeline>
                <S t="0" d="1000000" r="1"/>
                <S d="2000000"/>
                <S d="4000000" r="1"/>
                <S d="1234567"/>
              </SegmentTimeline>
            </SegmentList>
          </Representation>
        </AdaptationSet>
        <AdaptationSet id="1" contentType="audio" mimeType="audio/mp4" segmentAlignment="true" startWithSAP="1" lang="de">
          <Role schemeIdUri="urn:mpeg:dash:role:2011" value="main"/>
          <Representation id="audio" codecs="mp4a.40.2" bandwidth="128000" audioSamplingRate="48000">
            <AudioChannelConfiguration schemeIdUri="urn:mpeg:dash:23003:3:audio_channel_configuration:2011" value="2"/>
            <SegmentList timescale="1000000">
              <Initialization sourceURL="../attempts/a1/audio/init.mp4"/>
              <SegmentTimeline>
                <S t="0" d="1000000" r="1"/>
                <S d="2000000"/>
                <S d="4000000" r="1"/>
                <S d="1234567"/>
              </SegmentTimeline>
            </SegmentList>
          </Representation>
        </AdaptationSet>
      </Period>
    </MPD>
    "
  `);
});

test("an independent parser finds every representation and segment", () => {
  const rungs = [
    video("360p", "avc1.64001E", 360),
    video("720p", "avc1.64001F", 720),
    video("720p-hevc", "hvc1.1.6.L93.90", 720),
  ];
  const read = parse(planMpd([...rungs, audio], 4_000) ?? "", {
    manifestUri: "http://store/videos/v1/manifest/stream.mpd",
  });
  expect(read.duration).toBeCloseTo(13.234567, 5);
  expect(read.endList).toBe(true);
  expect(read.playlists.map(({ attributes }) => [attributes.NAME, attributes.CODECS])).toEqual([
    ["360p", "avc1.64001E"],
    ["720p", "avc1.64001F"],
    ["720p-hevc", "hvc1.1.6.L93.90"],
  ]);
  const [first] = read.playlists;
  expect(first?.segments.map(({ duration }) => duration)).toEqual([1, 1, 2, 4, 4, 1.234567]);
  expect(first?.segments[5]?.resolvedUri).toBe("http://store/videos/v1/attempts/a1/360p/00005.m4s");
  expect(first?.segments[0]?.map.resolvedUri).toBe("http://store/videos/v1/attempts/a1/360p/init.mp4");
  expect(Object.keys(read.mediaGroups.AUDIO["audio"] ?? {})).toHaveLength(1);
});

test("a video without segments has no manifest", () => {
  expect(planMpd([], 4_000)).toBeNull();
  expect(planMpd([{ ...audio, segments: [] }], 4_000)).toBeNull();
});

test("a media playlist is parsed; one with several initialisation segments is served over HLS only", () => {
  const text =
    '#EXTM3U\n#EXT-X-MAP:URI="init.mp4"\n#EXTINF:4.000000,\n00000.m4s\n#EXTINF:1.234567,\n00001.m4s\n#EXT-X-ENDLIST\n';
  expect(readMediaPlaylist(text)).toEqual({
    initUri: "init.mp4",
    segments: [
      { uri: "00000.m4s", durationMs: 4_000 },
      { uri: "00001.m4s", durationMs: 1_234.567 },
    ],
  });
  expect(readMediaPlaylist(text.replace("#EXTINF:1", '#EXT-X-MAP:URI="other.mp4"\n#EXTINF:1'))).toBeNull();
});

test("each audio track is an adaptation set with its role and label", () => {
  const second = {
    ...audio,
    name: "audio-2",
    language: "en",
    role: "commentary" as const,
    label: "Cast & crew",
  };
  const mpd =
    planMpd([video("360p", "avc1.64001E", 360), { ...audio, label: "German" }, second], 4_000) ?? "";
  const sets = [
    ...mpd.matchAll(
      /<AdaptationSet.*contentType="audio".*?lang="(\w+)">\s*<Label>(.*)<\/Label>\s*<Role .* value="(\w+)"/g,
    ),
  ];
  expect(sets.map(([, ...words]) => words)).toEqual([
    ["de", "German", "main"],
    ["en", "Cast &amp; crew", "commentary"],
  ]);
  const { mediaGroups } = parse(mpd, { manifestUri: "https://example.com/stream.mpd" });
  expect(Object.values(mediaGroups.AUDIO["audio"] ?? {})).toHaveLength(2);
});

test("a copied source with its own key frames does not claim segment alignment with encoded variants", () => {
  const copied = [2_500, 7_500, 2_000].map((durationMs, index) => ({
    uri: `../source/0000${index}.m4s`,
    durationMs,
  }));
  const set = (renditions: DashRendition[]) =>
    /segmentAlignment="(\w+)"/.exec(planMpd(renditions, 4_000) ?? "")?.[1];
  const encoded = [video("360p", "avc1.64001e", 360), video("720p", "avc1.64001f", 720)];
  expect(set(encoded)).toBe("true");
  expect(set([...encoded, { ...video("source", "avc1.640028", 1_080), segments: copied }])).toBe("false");
});

test("each caption track is an adaptation set with one file for the whole video", () => {
  const captions = { name: "Deutsch", language: "de", role: "caption" as const, sizeBytes: 1_000 };
  const uri = "../captions/w1/captions.vtt";
  const mpd = planMpd([video("360p", "avc1.64001E", 360)], 4_000, [{ ...captions, uri }]);
  expect(
    mpd?.slice(mpd.indexOf('    <AdaptationSet id="1"'), mpd.indexOf("  </Period>")),
  ).toMatchInlineSnapshot(`
    "    <AdaptationSet id="1" contentType="text" mimeType="text/vtt" lang="de">
          <Label>Deutsch</Label>
          <Role schemeIdUri="urn:mpeg:dash:role:2011" value="caption"/>
          <Representation id="captions-1" bandwidth="605">
            <BaseURL>../captions/w1/captions.vtt</BaseURL>
          </Representation>
        </AdaptationSet>
    "
  `);
  const parsed = parse(mpd ?? "", { manifestUri: "https://media.example/manifest/stream.mpd" });
  expect(Object.keys(parsed.mediaGroups.SUBTITLES?.["subs"] ?? {})).toHaveLength(1);
});
