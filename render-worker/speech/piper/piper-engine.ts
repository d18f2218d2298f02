import { alignWords, type SaidSound } from "../align-words.ts";
import { notSpeakable } from "../check-request.ts";
import type { EngineRequest, SpeechEngine } from "../engine.ts";
import { EngineProcess } from "../engine-process.ts";
import type { SpokenClip, Voice } from "../speaker.ts";
import { type ReadableWord, toEnglish } from "../to-english.ts";
import type { InstalledPiper } from "./find-piper.ts";
import { PiperAnswer, type PiperRequest } from "./protocol.ts";
import { toReadable } from "./to-readable.ts";

const BYTES_PER_SAMPLE = 2;

/**
 * Piper (https://github.com/OHF-Voice/piper1-gpl) in a process in the jail: neural voices without a network.
 * It has a licence of its own, so that it is a program of its own, too.
 */
export class PiperEngine implements SpeechEngine {
  readonly name = "piper";
  readonly version: string;
  readonly #piper: InstalledPiper;
  #process: EngineProcess<PiperAnswer> | undefined;

  constructor(piper: InstalledPiper) {
    this.#piper = piper;
    this.version = piper.version;
  }

  async voices(): Promise<readonly Voice[]> {
    return this.#piper.voices;
  }

  async speak({ text, voice, rate }: EngineRequest): Promise<SpokenClip> {
    const model = this.#piper.voices.find(({ id }) => id === voice.id)?.model ?? "";
    const words = voice.language.startsWith("en")
      ? toEnglish(text, "Piper")
      : toReadable(text, voice.language);
    const spoken = words.map((word) => withoutPhonemes(word.spoken)).filter((each) => each !== "");
    if (spoken.length === 0) throw notSpeakable(text);
    if (this.#process === undefined || this.#process.isOver)
      this.#process = new EngineProcess({ title: "Piper", ...this.#piper }, PiperAnswer);
    const request: PiperRequest = { text: spoken.join(" "), words: spoken, model, stretch: stretchOf(rate) };
    const { answer, audio } = await this.#process.ask(request);
    const { sampleRate, sounds, alone } = answer;
    if (audio.length < BYTES_PER_SAMPLE) throw notSpeakable(text);
    const durationMs = (audio.length / BYTES_PER_SAMPLE / sampleRate) * 1000;
    const aligned = alignWords(words, toSaid(sounds, { words, durationMs, sampleRate }), alone);
    return { samples: audio, sampleRate, durationMs, words: aligned };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process?.[Symbol.asyncDispose]();
  }
}

/** What rounding adds to a clip's length, as a part of the rest. */
const ROUNDED = 0.24;

/**
 * Piper's factor for a rate. It rounds each sound up to whole frames of 12 ms, which adds the same at every
 * speed: without a correction, a rate of 2 would shorten a clip to 0.6 of its length.
 */
const stretchOf = (rate: number): number => 1 / rate - ROUNDED * (1 - 1 / rate);

/** Double brackets would make Piper read what is between them as phonemes. */
const withoutPhonemes = (word: string): string => word.replaceAll(/[[\]]+/g, " ").trim();

/** The sounds that are no pauses. Without times, as many equal ones as the words have letters. Pure. */
function toSaid(
  sounds: PiperAnswer["sounds"],
  {
    words,
    durationMs,
    sampleRate,
  }: { words: readonly ReadableWord[]; durationMs: number; sampleRate: number },
): SaidSound[] {
  if (sounds.length === 0) {
    const letters = words.reduce((sum, { spoken }) => sum + spoken.length, 0);
    const each = durationMs / letters;
    return Array.from({ length: letters }, (_, at) => ({
      sound: "",
      startMs: at * each,
      endMs: (at + 1) * each,
    }));
  }
  const toMs = (samples: number) => Math.min(durationMs, (samples / sampleRate) * 1000);
  return sounds.flatMap(([sound, end], index) =>
    sound === "" ? [] : [{ sound, startMs: toMs(sounds[index - 1]?.[1] ?? 0), endMs: toMs(end) }],
  );
}
