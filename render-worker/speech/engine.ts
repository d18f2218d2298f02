import type { SpokenClip, Voice } from "./speaker.ts";

/** A checked request. */
export interface EngineRequest {
  /** Without control characters; one blank between words. */
  text: string;
  voice: Voice;
  rate: number;
}

/** What speaks behind a `Speaker`: one adapter per technology. */
export interface SpeechEngine extends AsyncDisposable {
  readonly name: string;
  /** Changes whenever the same request may give other samples. */
  readonly version: string;
  /** The default voice of each language comes first. Throws a retriable `RenderError`. */
  voices(options: { signal: AbortSignal }): Promise<readonly Voice[]>;
  /** Throws a `RenderError`, or the signal's reason. */
  speak(request: EngineRequest, options: { signal: AbortSignal }): Promise<SpokenClip>;
}
