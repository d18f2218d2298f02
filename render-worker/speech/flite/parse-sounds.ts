import type { SaidSound } from "../align-words.ts";

const PAUSE = "pau";

const linesOf = (printed: string): string[] => printed.split("\n").filter((line) => line.trim() !== "");

/** Sounds of words that are spoken alone, as Flite prints them: a line each. Pure. */
export const parseSounds = (printed: string): string[][] =>
  linesOf(printed).map((line) => line.split(" ").filter((sound) => sound !== "" && sound !== PAUSE));

/**
 * Sounds of a clip with their times, as Flite prints them: a line per sentence. Sentences begin at 0 each,
 * and are printed with lengths that differ a little from their samples'. Pure.
 */
export function parseSegments(printed: string, durationMs: number): SaidSound[] {
  const segments: SaidSound[] = [];
  let sentenceAt = 0;
  let at = 0;
  for (const line of linesOf(printed)) {
    for (const printedSound of line.split(" ")) {
      const [sound = "", end = ""] = printedSound.split(":");
      if (sound === "" || !/^\d+\.\d+$/.test(end)) continue;
      const endMs = sentenceAt + Number(end) * 1000;
      segments.push({ sound, startMs: at, endMs });
      at = endMs;
    }
    sentenceAt = at;
  }
  const scale = at > 0 ? durationMs / at : 0;
  return segments
    .filter(({ sound }) => sound !== PAUSE)
    .map(({ sound, startMs, endMs }) => ({ sound, startMs: startMs * scale, endMs: endMs * scale }));
}
