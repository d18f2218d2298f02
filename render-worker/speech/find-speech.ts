import type { Jail } from "../jail/index.ts";
import { createSpeaker } from "./create-speaker.ts";
import type { SpeechEngine } from "./engine.ts";
import { findFlite } from "./flite/find-flite.ts";
import { FliteEngine } from "./flite/flite-engine.ts";
import { fliteVoices } from "./flite/voices.ts";
import type { Speaker, Voice } from "./speaker.ts";

/** The speech engine of a worker. */
export interface InstalledSpeech {
  /** Name of the engine. */
  engine: string;
  version: string;
  voices: readonly Voice[];
  /** A speaker for one attempt. It starts no program before the first text. */
  open(): Speaker;
}

/** Finds the speech engine of a worker. */
export function findSpeech(jail: Jail): InstalledSpeech {
  const flite = findFlite(jail);
  const open = (): SpeechEngine => new FliteEngine(flite);
  return {
    ...{ engine: "flite", version: flite.version, voices: fliteVoices },
    open: () => createSpeaker(open()),
  };
}
