import { z } from "zod";
import { notSpeakable } from "../check-request.ts";
import type { EngineRequest, SpeechEngine } from "../engine.ts";
import { readWav } from "../read-wav.ts";
import type { SpokenClip, SpokenWord, Voice } from "../speaker.ts";
import { splitWords, type WrittenWord } from "../split-words.ts";
import { fillIn } from "./fill-in.ts";
import { GoogleClient, type GoogleSpeechOptions, googleFailed } from "./google-client.ts";
import { END_MARK, type SsmlPart, toSsml } from "./to-ssml.ts";

const SAMPLE_RATE = 24_000;
/** New voices do not change the old ones, so that the service has no version of its own. */
const VERSION = "v1beta1";

const Voices = z.object({
  voices: z
    .array(
      z.object({
        name: z.string().min(1),
        languageCodes: z.array(z.string()),
        ssmlGender: z.string().optional(),
      }),
    )
    .default([]),
});
const Speech = z.object({
  audioContent: z.string(),
  timepoints: z.array(z.object({ markName: z.string(), timeSeconds: z.number().default(0) })).default([]),
});

/** Families of voices, best first; the others come last, because they return no times of words. */
const families = [/-Neural2-/, /-Wavenet-/, /-Standard-/, /-News-/];

/** Google Cloud Text-to-Speech by its REST API: its package would bring gRPC for one request. */
export class GoogleEngine implements SpeechEngine {
  readonly name = "google";
  readonly version = VERSION;
  readonly #client: GoogleClient;

  constructor(options: GoogleSpeechOptions) {
    this.#client = new GoogleClient(options);
  }

  async voices({ signal }: { signal: AbortSignal }): Promise<Voice[]> {
    const { voices } = await this.#client.send("/v1beta1/voices", null, Voices, signal);
    return voices
      .flatMap(({ name, languageCodes: [language], ssmlGender }) => {
        const gender = ssmlGender === undefined ? "" : `, ${ssmlGender.toLowerCase()}`;
        return language ? [{ id: name, name: `${name}${gender}`, language, engine: "google" }] : [];
      })
      .toSorted((a, b) => rankOf(a) - rankOf(b) || a.id.localeCompare(b.id, "en"));
  }

  async speak(
    { text, voice, rate }: EngineRequest,
    { signal }: { signal: AbortSignal },
  ): Promise<SpokenClip> {
    if (!/[\p{L}\p{N}]/u.test(text)) throw notSpeakable(text);
    const written = splitWords(text, voice.language);
    const samples: Buffer[] = [];
    const words: SpokenWord[] = [];
    let startMs = 0;
    for (const part of toSsml(written)) {
      const spoken = await this.#speakPart(part, { voice, rate }, signal);
      const durationMs = (spoken.samples.length / 2 / SAMPLE_RATE) * 1000;
      samples.push(spoken.samples);
      words.push(...toWords(written, part, spoken.timepoints, { startMs, durationMs }));
      startMs += durationMs;
    }
    const all = Buffer.concat(samples);
    if (all.length === 0) throw notSpeakable(text);
    return { samples: all, sampleRate: SAMPLE_RATE, durationMs: startMs, words };
  }

  async #speakPart(
    { ssml }: SsmlPart,
    { voice, rate }: Pick<EngineRequest, "voice" | "rate">,
    signal: AbortSignal,
  ): Promise<{ samples: Buffer; timepoints: z.infer<typeof Speech>["timepoints"] }> {
    const body = {
      input: { ssml },
      voice: { languageCode: voice.language, name: voice.id },
      audioConfig: { audioEncoding: "LINEAR16", sampleRateHertz: SAMPLE_RATE, speakingRate: rate },
      enableTimePointing: ["SSML_MARK"],
    };
    const { audioContent, timepoints } = await this.#client.send(
      "/v1beta1/text:synthesize",
      body,
      Speech,
      signal,
    );
    const wav = readWav(Buffer.from(audioContent, "base64"));
    if (wav?.sampleRate !== SAMPLE_RATE) throw googleFailed("it sent no samples of the requested form");
    return { samples: wav.samples, timepoints };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]();
  }
}

function rankOf({ id }: Voice): number {
  const rank = families.findIndex((family) => family.test(id));
  return rank < 0 ? families.length : rank;
}

/** Times by the marks, as far as the service returned them. */
function toWords(
  written: readonly WrittenWord[],
  { from, to }: SsmlPart,
  timepoints: readonly { markName: string; timeSeconds: number }[],
  { startMs, durationMs }: { startMs: number; durationMs: number },
): SpokenWord[] {
  const known = new Map(timepoints.map(({ markName, timeSeconds }) => [markName, timeSeconds * 1000]));
  const words = written.slice(from, to);
  const marks = [...words.map((_, index) => String(from + index)), END_MARK];
  const times = fillIn(
    marks.map((mark) => known.get(mark)),
    words.map(({ text }) => text.length),
    durationMs,
  );
  return words.map(({ text }, index) => ({
    text,
    startMs: Math.round(startMs + (times[index] ?? 0)),
    endMs: Math.round(startMs + (times[index + 1] ?? 0)),
  }));
}
