import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { EngineRequest, SpeechEngine } from "./engine.ts";
import type { SpokenClip } from "./speaker.ts";

/** Some half an hour of speech. */
const MAX_BYTES = 64 * 1024 ** 2;
/** Of a word with its times. */
const WORD_BYTES = 100;

/** What a worker has spoken lately, for its later attempts: texts of a batch are often equal. */
export type ClipCache = LRUCache<string, SpokenClip>;

export const createClipCache = (): ClipCache =>
  new LRUCache({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ samples, words }) => samples.length + words.length * WORD_BYTES + 1,
  });

/** Everything that a clip depends on. */
export const clipKey = (
  { text, voice, rate }: EngineRequest,
  { name, version }: Pick<SpeechEngine, "name" | "version">,
): string =>
  createHash("sha256")
    .update(JSON.stringify([name, version, voice.id, voice.language, rate, text]))
    .digest("hex");
