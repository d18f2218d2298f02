/** What an audio track is for (ISO 23009-1, 5.8.5.5). */
export type DashRole = "main" | "alternate" | "commentary" | "description";

/** A finished rendition, with addresses relative to the manifest. */
export interface DashRendition {
  name: string;
  kind: "video" | "audio";
  codecs: string;
  bandwidthBps: number;
  initUri: string;
  segments: readonly { uri: string; durationMs: number }[];
  width?: number | null;
  height?: number | null;
  frameRate?: number | null;
  channels?: number;
  /** BCP 47 or ISO 639; null: not known. */
  language?: string | null;
  /** Of an audio track. Default `main`. */
  role?: DashRole;
  /** What viewers choose it by. */
  label?: string | null;
}

/** Captions: one file for all of the timeline. */
export interface DashText {
  /** What viewers choose it by; unique. */
  name: string;
  /** BCP 47. */
  language: string;
  role: "subtitle" | "caption";
  uri: string;
  sizeBytes: number;
}

/** What rounding and an audio track's frames may differ by. */
const ALIGNED_MS = 2;

/** Ticks per second: playlists state durations in microseconds. */
const TIME_SCALE = 1_000_000;

/**
 * The DASH manifest (ISO 23009-1, static) over the same CMAF segments that the HLS playlists name: every
 * segment with its own duration, as the first ones are shorter and the last is what is left. An adaptation
 * set per codec, since players switch within one only, and one per track of audio. Null when there is nothing
 * to play. Pure.
 */
export function planMpd(
  renditions: readonly DashRendition[],
  segmentDurationMs: number,
  texts: readonly DashText[] = [],
): string | null {
  const playable = renditions.filter(({ segments }) => segments.length > 0);
  if (playable.length === 0) return null;
  const videos = Map.groupBy(
    playable.filter(({ kind }) => kind === "video"),
    ({ codecs }) => codecs.split(".")[0] ?? codecs,
  );
  const audioTracks = playable.filter(({ kind }) => kind === "audio");
  const sets = [...videos.values(), ...audioTracks.map((audio) => [audio])];
  const seconds = Math.max(...playable.map(({ segments }) => total(segments))) / 1000;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:full:2011" type="static" mediaPresentationDuration="${duration(seconds)}" minBufferTime="${duration(segmentDurationMs / 1000)}" maxSegmentDuration="${duration(Math.max(...playable.flatMap(({ segments }) => segments.map(({ durationMs }) => durationMs))) / 1000)}">`,
    `  <Period id="0" start="PT0S" duration="${duration(seconds)}">`,
    ...sets.flatMap(toSet),
    ...texts.flatMap((text, index) => toTextSet(text, sets.length + index, seconds)),
    "  </Period>",
    "</MPD>",
    "",
  ].join("\n");
}

/**
 * Whether players may change from one to another wherever a segment ends: a copied source is cut where its
 * own key frames are.
 */
function areAligned([first, ...others]: readonly DashRendition[]): boolean {
  return others.every(({ segments }) =>
    segments.slice(0, -1).every(({ durationMs }, index) => {
      const there = first?.segments[index];
      return there === undefined || Math.abs(there.durationMs - durationMs) < ALIGNED_MS;
    }),
  );
}

function toSet(renditions: readonly DashRendition[], index: number): string[] {
  const [first] = renditions;
  if (!first) return [];
  const attributes = [
    `id="${index}"`,
    `contentType="${first.kind}"`,
    `mimeType="${first.kind}/mp4"`,
    `segmentAlignment="${areAligned(renditions)}"`,
    'startWithSAP="1"',
    first.language && `lang="${escape(first.language)}"`,
  ].filter(Boolean);
  return [
    `    <AdaptationSet ${attributes.join(" ")}>`,
    ...(first.label ? [`      <Label>${escape(first.label)}</Label>`] : []),
    ...(first.kind === "audio"
      ? [`      <Role schemeIdUri="urn:mpeg:dash:role:2011" value="${first.role ?? "main"}"/>`]
      : []),
    ...renditions.flatMap(toRepresentation),
    "    </AdaptationSet>",
  ];
}

function toTextSet(
  { name, language, role, uri, sizeBytes }: DashText,
  index: number,
  seconds: number,
): string[] {
  const bandwidthBps = Math.max(1, Math.ceil((sizeBytes * 8) / seconds));
  return [
    `    <AdaptationSet id="${index}" contentType="text" mimeType="text/vtt" lang="${escape(language)}">`,
    `      <Label>${escape(name)}</Label>`,
    `      <Role schemeIdUri="urn:mpeg:dash:role:2011" value="${role}"/>`,
    `      <Representation id="captions-${index}" bandwidth="${bandwidthBps}">`,
    `        <BaseURL>${escape(uri)}</BaseURL>`,
    "      </Representation>",
    "    </AdaptationSet>",
  ];
}

function toRepresentation(rendition: DashRendition): string[] {
  const { name, codecs, bandwidthBps, initUri, segments, width, height, frameRate, channels } = rendition;
  const attributes = [
    `id="${escape(name)}"`,
    `codecs="${escape(codecs)}"`,
    `bandwidth="${bandwidthBps}"`,
    width && height && `width="${width}" height="${height}" sar="1:1"`,
    frameRate && `frameRate="${toRatio(frameRate)}"`,
    rendition.kind === "audio" && 'audioSamplingRate="48000"',
  ].filter(Boolean);
  return [
    `      <Representation ${attributes.join(" ")}>`,
    ...(channels === undefined ? [] : [`        ${channelConfiguration(channels)}`]),
    `        <SegmentList timescale="${TIME_SCALE}">`,
    `          <Initialization sourceURL="${escape(initUri)}"/>`,
    "          <SegmentTimeline>",
    ...toTimeline(segments).map((line) => `            ${line}`),
    "          </SegmentTimeline>",
    ...segments.map(({ uri }) => `          <SegmentURL media="${escape(uri)}"/>`),
    "        </SegmentList>",
    "      </Representation>",
  ];
}

/** Equal durations in a row are one entry. */
function toTimeline(segments: DashRendition["segments"]): string[] {
  const runs: { ticks: number; count: number }[] = [];
  for (const { durationMs } of segments) {
    const ticks = Math.round((durationMs * TIME_SCALE) / 1000);
    const last = runs.at(-1);
    if (last?.ticks === ticks) last.count += 1;
    else runs.push({ ticks, count: 1 });
  }
  return runs.map(({ ticks, count }, index) => {
    const attributes = [index === 0 && 't="0"', `d="${ticks}"`, count > 1 && `r="${count - 1}"`];
    return `<S ${attributes.filter(Boolean).join(" ")}/>`;
  });
}

/** ISO 23003-3 counts channels by configuration; up to 5.1 it is their number. */
const channelConfiguration = (channels: number): string =>
  `<AudioChannelConfiguration schemeIdUri="urn:mpeg:dash:23003:3:audio_channel_configuration:2011" value="${channels}"/>`;

/** 29.97 is 30000/1001: rates are whole numbers, or whole numbers of thousandths less. */
function toRatio(frameRate: number): string {
  const whole = Math.round(frameRate);
  if (Math.abs(frameRate - whole) < 0.001) return String(whole);
  const ntsc = Math.round((frameRate * 1001) / 1000);
  return Math.abs(frameRate - (ntsc * 1000) / 1001) < 0.001
    ? `${ntsc * 1000}/1001`
    : `${Math.round(frameRate * 1000)}/1000`;
}

const total = (segments: DashRendition["segments"]): number =>
  segments.reduce((sum, { durationMs }) => sum + durationMs, 0);

const duration = (seconds: number): string => `PT${Number(seconds.toFixed(6))}S`;

const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
