import type { Jail } from "../jail/index.ts";
import { ToolNotFoundError } from "../media/ffmpeg/index.ts";
import { createClipCache } from "./clip-cache.ts";
import type { ClipStore } from "./clip-store.ts";
import { CombinedEngine } from "./combined-engine.ts";
import { createSpeaker } from "./create-speaker.ts";
import type { SpeechEngine } from "./engine.ts";
import { findFlite } from "./flite/find-flite.ts";
import { FliteEngine } from "./flite/flite-engine.ts";
import type { GoogleSpeechOptions } from "./google/google-client.ts";
import { GoogleEngine } from "./google/google-engine.ts";
import { findPiper, type PiperOptions } from "./piper/find-piper.ts";
import { PiperEngine } from "./piper/piper-engine.ts";
import type { Speaker, Voice } from "./speaker.ts";

export const speechEngines = ["flite", "piper", "google"] as const;

/** The engine of a worker, with its settings. */
export type SpeechOptions =
  | { engine: "flite" }
  | ({ engine: "piper" } & PiperOptions)
  | ({ engine: "google" } & GoogleSpeechOptions)
  /** Flite, and Piper if it is installed, whose voices come first. */
  | ({ engine: null } & PiperOptions);

/** The speech engine of a worker. */
export interface InstalledSpeech {
  /** Name of the engine. */
  engine: string;
  version: string;
  /** The default voice of each language comes first. Throws a retriable `RenderError`. */
  voices(options: { signal: AbortSignal }): Promise<readonly Voice[]>;
  /**
   * A speaker for one attempt. It starts no program, and sends no request, before the first text that it has
   * to speak.
   *
   * @param clips those of the attempt's workspace. Absent: none are kept beyond this process
   */
  open(clips?: ClipStore): Speaker;
}

/**
 * Finds the speech engine of a worker. Default: Flite. Rejects with a `ToolNotFoundError` if the requested
 * one is not installed.
 */
export async function findSpeech(
  jail: Jail,
  options: SpeechOptions = { engine: "flite" },
): Promise<InstalledSpeech> {
  const create = await creatorOf(jail, options);
  const { name, version } = create();
  const cache = createClipCache();
  const voices = askOnce(async ({ signal }) => {
    await using engine = create();
    return await engine.voices({ signal });
  });
  return {
    ...{ engine: name, version, voices },
    open: (clips) => createSpeaker(create(), { cache, voices, clips: clips ?? null }),
  };
}

/** An engine holds nothing before it is used. */
async function creatorOf(jail: Jail, options: SpeechOptions): Promise<() => SpeechEngine> {
  if (options.engine === "google") return () => new GoogleEngine(options);
  const flite = findFlite(jail);
  if (options.engine !== "flite") {
    const piper = await findPiper(jail, options).catch((error: unknown) => {
      if (options.engine === null && error instanceof ToolNotFoundError) return null;
      throw error;
    });
    if (piper !== null && options.engine === "piper") return () => new PiperEngine(piper);
    if (piper !== null) return () => new CombinedEngine([new PiperEngine(piper), new FliteEngine(flite)]);
  }
  return () => new FliteEngine(flite);
}

/** Keeps the first answer. A failure is not kept. */
function askOnce(ask: InstalledSpeech["voices"]): InstalledSpeech["voices"] {
  let known: readonly Voice[] | undefined;
  return async (options) => (known ??= await ask(options));
}
