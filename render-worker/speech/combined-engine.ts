import type { EngineRequest, SpeechEngine } from "./engine.ts";
import type { SpokenClip, Voice } from "./speaker.ts";

/** Several engines as one, with the voices of all. The first engine that speaks a language is its default. */
export class CombinedEngine implements SpeechEngine {
  readonly name: string;
  readonly version: string;
  readonly #engines: readonly SpeechEngine[];

  constructor(engines: readonly SpeechEngine[]) {
    this.name = engines.map(({ name }) => name).join("+");
    this.version = engines.map(({ version }) => version).join("+");
    this.#engines = engines;
  }

  async voices(options: { signal: AbortSignal }): Promise<readonly Voice[]> {
    return (await Promise.all(this.#engines.map((engine) => engine.voices(options)))).flat();
  }

  async speak(request: EngineRequest, options: { signal: AbortSignal }): Promise<SpokenClip> {
    const engine = this.#engines.find(({ name }) => name === request.voice.engine);
    if (!engine) throw new Error(`No engine has the voice ${request.voice.id}.`);
    return await engine.speak(request, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#engines.map((engine) => engine[Symbol.asyncDispose]()));
  }
}
