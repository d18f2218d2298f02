import { unlessAborted } from "../wait.ts";
import { checkRequest } from "./check-request.ts";
import { type ClipCache, clipKey } from "./clip-cache.ts";
import type { SpeechEngine } from "./engine.ts";
import type { Speaker, SpokenClip } from "./speaker.ts";

interface SpeakerOptions {
  /** Shared by the worker's attempts. */
  cache: ClipCache;
  /** The engine's voices, which are the same for all attempts. */
  voices: SpeechEngine["voices"];
}

/** A speaker with one engine, which it disposes. */
export function createSpeaker(engine: SpeechEngine, { cache, voices }: SpeakerOptions): Speaker {
  const closed = new AbortController();
  /** Not shared: a clip that is being spoken ends with its speaker. */
  const pending = new Map<string, Promise<SpokenClip>>();
  return {
    voices,
    async speak(request, { signal }) {
      signal.throwIfAborted();
      const checked = checkRequest(request, { name: engine.name, voices: await voices({ signal }) });
      const key = clipKey(checked, engine);
      const known = cache.get(key);
      if (known) return known;
      const begin = async () => {
        try {
          const clip = await engine.speak(checked, { signal: closed.signal });
          cache.set(key, clip);
          return clip;
        } finally {
          pending.delete(key);
        }
      };
      const spoken = pending.get(key) ?? begin();
      pending.set(key, spoken);
      // Another caller may wait for the same clip, so that this one's signal does not end it.
      return await unlessAborted(spoken, signal);
    },
    async [Symbol.asyncDispose]() {
      closed.abort(new Error("The speaker is closed."));
      await engine[Symbol.asyncDispose]();
    },
  };
}
