import { type CaptionCue, type PlacedWords, planCues } from "./plan-cues.ts";

/** WebVTT of what is spoken; null: nothing is. Pure. */
export function writeCaptions(texts: readonly PlacedWords[]): string | null {
  const cues = planCues(texts);
  return cues.length === 0 ? null : `${["WEBVTT", ...cues.map(toBlock)].join("\n\n")}\n`;
}

const toBlock = ({ startMs, endMs, lines }: CaptionCue): string =>
  [`${toTime(startMs)} --> ${toTime(endMs)}`, ...lines.map(toText)].join("\n");

const toText = (line: string): string =>
  line.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function toTime(ms: number): string {
  const pad = (value: number, digits = 2) => String(Math.floor(value)).padStart(digits, "0");
  return `${pad(ms / 3_600_000)}:${pad((ms / 60_000) % 60)}:${pad((ms / 1_000) % 60)}.${pad(ms % 1_000, 3)}`;
}
