import type { SaidSound } from "../align-words.ts";

const PAUSE = "pau";

const linesOf = (printed: string): string[] => printed.split("\n").filter((line) => line.trim() !== "");

/** Sounds of words that are spoken alone, as Flite prints them: a line each. Pure. */
export const parseSounds = (printed: string): string[][] =>
  linesOf(printed).map((line) => line.split(" ").filter((sound) => sound !== "" && sound !== PAUSE));

/**
 * Sounds of a clip with their times, as Flite prints them: a line per sentence. Sentences begin at 0 each.
 * Their samples end before the last pause that is printed does: by some 3 ms, with the voice `kal` by half of
 * that pause. The sounds themselves are as long as printed. Pure.
 */
export function parseSegments(printed: string, durationMs: number): SaidSound[] {
  const sentences = linesOf(printed).map((line) => {
    let at = 0;
    return line.split(" ").flatMap((printedSound): SaidSound[] => {
      const [sound = "", end = ""] = printedSound.split(":");
      if (sound === "" || !/^\d+\.\d+$/.test(end)) return [];
      const startMs = at;
      at = Number(end) * 1000;
      return [{ sound, startMs, endMs: at }];
    });
  });
  const printedMs = sentences.reduce((sum, sounds) => sum + (sounds.at(-1)?.endMs ?? 0), 0);
  const cutMs = (printedMs - durationMs) / Math.max(1, sentences.length);
  let sentenceAt = 0;
  return sentences.flatMap((sounds) => {
    const at = sentenceAt;
    sentenceAt += (sounds.at(-1)?.endMs ?? 0) - cutMs;
    return sounds
      .filter(({ sound }) => sound !== PAUSE)
      .map(({ sound, startMs, endMs }) => ({
        sound,
        startMs: Math.min(at + startMs, durationMs),
        endMs: Math.min(at + endMs, durationMs),
      }));
  });
}
