import type { SpeechUsage } from "@reelay/contracts";

/** A voice that speaks text. */
export interface Voice {
  /** Unique in its engine, e.g. `slt`. */
  id: string;
  /** For people, e.g. `Slt, female, US English`. */
  name: string;
  /** BCP 47, e.g. `en-US`. */
  language: string;
  /** E.g. `flite`. */
  engine: string;
}

/** A word as it is written, and when it is spoken. */
export interface SpokenWord {
  text: string;
  startMs: number;
  /** The start, for a word without a sound of its own, such as an emoji. */
  endMs: number;
}

/** A spoken text. */
export interface SpokenClip {
  /** 16-bit little-endian, one channel. */
  samples: Buffer;
  /** In hertz. */
  sampleRate: number;
  durationMs: number;
  /** The whole text in its order, within the clip. */
  words: SpokenWord[];
}

export interface SpeechRequest {
  /** Any Unicode text. Control characters and repeated blanks do not count. */
  text: string;
  /** Id of a voice. Null: the engine's default for the language. */
  voice: string | null;
  /** Speed, from 0.5 to 2. Default 1. */
  rate?: number;
  /** BCP 47. Null: the voice's. */
  language: string | null;
}

/** Speaks texts. Disposing ends its programs. */
export interface Speaker extends AsyncDisposable {
  /** Characters so far. Equal texts are spoken once. */
  readonly usage: SpeechUsage;
  /** The default voice of each language comes first. Throws a retriable `RenderError`. */
  voices(options: { signal: AbortSignal }): Promise<readonly Voice[]>;
  /**
   * Speaks a text, unless its clip is known: equal requests are spoken once. Throws a `RenderError`:
   * `VOICE_UNAVAILABLE`, `LANGUAGE_UNSUPPORTED`, `TEXT_TOO_LONG`, `TEXT_NOT_SPEAKABLE`, `RATE_INVALID` and
   * `SPEECH_REFUSED` are final, `SPEECH_FAILED` is not. Throws the signal's reason once that has aborted.
   */
  speak(request: SpeechRequest, options: { signal: AbortSignal }): Promise<SpokenClip>;
}
