import { alignWords } from "../align-words.ts";
import { notSpeakable } from "../check-request.ts";
import type { EngineRequest, SpeechEngine } from "../engine.ts";
import { EngineProcess } from "../engine-process.ts";
import { readWav } from "../read-wav.ts";
import type { SpokenClip, Voice } from "../speaker.ts";
import { toEnglish } from "../to-english.ts";
import type { InstalledFlite } from "./find-flite.ts";
import { parseSegments, parseSounds } from "./parse-sounds.ts";
import { FliteAnswer, type FliteRequest } from "./protocol.ts";
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
  #process: EngineProcess<FliteAnswer> | undefined;

  constructor(flite: InstalledFlite) {
    this.#flite = flite;
    this.version = flite.version;
  }

  async voices(): Promise<readonly Voice[]> {
    return fliteVoices;
  }

  async speak({ text, voice, rate }: EngineRequest): Promise<SpokenClip> {
    const words = toEnglish(text, "Flite");
    const spoken = words.map((word) => word.spoken).filter((each) => each !== "");
    if (spoken.length === 0) throw notSpeakable(text);
    if (this.#process === undefined || this.#process.isOver)
      this.#process = new EngineProcess({ title: "Flite", ...this.#flite }, FliteAnswer);
    const request: FliteRequest = {
      ...{ text: spoken.join(" "), words: spoken, voice: voice.id },
      stretch: 1 / rate,
    };
    const { answer, audio } = await this.#process.ask(request);
    const read = readWav(audio);
    if (read === null || read.samples.length === 0) throw notSpeakable(text);
    const { samples, sampleRate } = read;
    const durationMs = (samples.length / 2 / sampleRate) * 1000;
    const said = parseSegments(answer.segments, durationMs);
    return { samples, sampleRate, durationMs, words: alignWords(words, said, parseSounds(answer.sounds)) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process?.[Symbol.asyncDispose]();
  }
}
