import type { Captions, Cue } from "./cue.ts";

/**
 * WebVTT (https://www.w3.org/TR/webvtt1/) with the header that RFC 8216, 3.5 requires of a segment: its time
 * 0 is that of the pictures, which start at 0 in all our streams. Players of a plain file ignore it. Pure.
 */
export function writeVtt({ cues, blocks }: Captions): string {
  const header = "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000";
  return `${[header, ...blocks, ...cues.map(toBlock)].join("\n\n")}\n`;
}

function toBlock({ id, startMs, endMs, settings, text }: Cue): string {
  const when = `${toTime(startMs)} --> ${toTime(endMs)}${settings && ` ${settings}`}`;
  return [...(id === null ? [] : [id]), when, text].join("\n");
}

function toTime(ms: number): string {
  const pad = (value: number, digits = 2) => String(value).padStart(digits, "0");
  const [hours, minutes, seconds] = [ms / 3_600_000, (ms / 60_000) % 60, (ms / 1_000) % 60].map(Math.floor);
  return `${pad(hours ?? 0)}:${pad(minutes ?? 0)}:${pad(seconds ?? 0)}.${pad(ms % 1_000, 3)}`;
}

/**
 * A media playlist (RFC 8216, 4.3.3) with captions as its only segment: text is small, and players need all
 * of it early. Pure.
 */
export function planCaptionsPlaylist(durationMs: number): string {
  const seconds = Math.max(0.001, durationMs / 1_000);
  return [
    "#EXTM3U",
    "#EXT-X-VERSION:7",
    `#EXT-X-TARGETDURATION:${Math.ceil(seconds)}`,
    "#EXT-X-MEDIA-SEQUENCE:0",
    "#EXT-X-PLAYLIST-TYPE:VOD",
    `#EXTINF:${seconds.toFixed(3)},`,
    "captions.vtt",
    "#EXT-X-ENDLIST",
    "",
  ].join("\n");
}
