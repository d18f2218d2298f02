import { notSpeakable } from "../check-request.ts";
import type { EngineRequest, SpeechEngine } from "../engine.ts";
import { readWav } from "../read-wav.ts";
import type { SpokenClip, Voice } from "../speaker.ts";
import { alignWords } from "./align-words.ts";
import type { InstalledFlite } from "./find-flite.ts";
import { FliteProcess } from "./flite-process.ts";
import { toEnglish } from "./to-english.ts";
import { fliteVoices } from "./voices.ts";

/**
 * Flite in a process in the jail. Not a thread of the worker: texts are input, and the jail bounds the memory
 * and the processor time of whatever reads input. One process for all texts, since starting Node and
 * compiling Flite takes as long as speaking some ten seconds.
 */
export class FliteEngine implements SpeechEngine {
  readonly name = "flite";
  readonly version: string;
  readonly #flite: InstalledFlite;
  #process: FliteProcess | undefined;

  constructor(flite: InstalledFlite) {
    this.#flite = flite;
    this.version = flite.version;
  }

  async voices(): Promise<readonly Voice[]> {
    return fliteVoices;
  }

  async speak({ text, voice, rate }: EngineRequest): Promise<SpokenClip> {
    const words = toEnglish(text);
    const spoken = words.map((word) => word.spoken).filter((each) => each !== "");
    if (spoken.length === 0) throw notSpeakable(text);
    if (this.#process === undefined || this.#process.isOver) this.#process = new FliteProcess(this.#flite);
    const { answer, wav } = await this.#process.ask({
      ...{ text: spoken.join(" "), words: spoken, voice: voice.id },
      stretch: 1 / rate,
    });
    const read = readWav(wav);
    if (read === null || read.samples.length === 0) throw notSpeakable(text);
    const { samples, sampleRate } = read;
    const durationMs = (samples.length / 2 / sampleRate) * 1000;
    return { samples, sampleRate, durationMs, words: alignWords(words, answer, durationMs) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process?.[Symbol.asyncDispose]();
  }
}
