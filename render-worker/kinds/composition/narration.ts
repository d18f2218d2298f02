import type { NarrationVoice, SpeechUsage } from "@reelay/contracts";
import { RenderError } from "../../errors.ts";
import type { SpokenText } from "../../painting/index.ts";
import type { Speaker, SpokenClip } from "../../speech/index.ts";

/** Spoken texts by their ids. One without a word to speak has none: it is shown as long as reading takes. */
export type Clips = ReadonlyMap<string, SpokenClip>;

/** Texts that are spoken at a time. */
const AT_ONCE = 2;

interface NarrationOptions {
  /** Opened with the first text, and closed after the last one. */
  open: () => Speaker;
  /** Null: nothing is spoken. */
  voice: NarrationVoice | null;
  signal: AbortSignal;
  /** Called when everything is spoken. */
  onSpoken: (clips: Clips, usage: SpeechUsage) => void;
}

/** Speaks texts in their order, each one once. Disposing ends it. */
export class Narration implements AsyncDisposable {
  readonly #options: NarrationOptions;
  readonly #clips = new Map<string, SpokenClip>();
  readonly #end = new AbortController();
  #lengths: Map<string, PromiseWithResolvers<number | null>> | null = null;
  #spoken: Promise<void> | null = null;
  #usage: SpeechUsage | undefined;

  constructor(options: NarrationOptions) {
    this.#options = options;
  }

  /** What is spoken so far. */
  get clips(): Clips {
    return this.#clips;
  }

  /** Undefined until something is spoken. */
  get usage(): SpeechUsage | undefined {
    return this.#usage;
  }

  /**
   * Begins to speak, unless it has begun.
   *
   * @returns lengths in ms by the texts' ids; null: not spoken. They reject with a `RenderError`
   */
  speak(texts: readonly SpokenText[]): ReadonlyMap<string, Promise<number | null>> {
    this.#lengths ??= new Map(texts.map(({ id }) => [id, Promise.withResolvers<number | null>()]));
    for (const { promise } of this.#lengths.values()) promise.catch(() => undefined);
    this.#spoken ??= this.#speakAll(texts, this.#lengths);
    return new Map([...this.#lengths].map(([id, { promise }]) => [id, promise]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort(new Error("The narration is not needed any more."));
    await this.#spoken;
  }

  async #speakAll(
    texts: readonly SpokenText[],
    lengths: ReadonlyMap<string, PromiseWithResolvers<number | null>>,
  ): Promise<void> {
    const { open, voice, onSpoken } = this.#options;
    if (voice === null) {
      for (const { resolve } of lengths.values()) resolve(null);
      return;
    }
    const signal = AbortSignal.any([this.#options.signal, this.#end.signal]);
    const left = texts.values();
    try {
      await using speaker = open();
      this.#usage = speaker.usage;
      const speakRest = async () => {
        for (const { id, text, language } of left) {
          const request = { text, voice: voice.name, rate: voice.rate, language };
          const clip = await speaker.speak(request, { signal }).catch(orSilence);
          if (clip !== null) this.#clips.set(id, clip);
          lengths.get(id)?.resolve(clip?.durationMs ?? null);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, speakRest));
      onSpoken(this.#clips, speaker.usage);
    } catch (error) {
      for (const { reject } of lengths.values()) reject(error);
    }
  }
}

/** A text of signs alone, such as an emoji, is no error. */
function orSilence(error: unknown): null {
  if (error instanceof RenderError && error.reported.code === "TEXT_NOT_SPEAKABLE") return null;
  throw error;
}
