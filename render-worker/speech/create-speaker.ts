import { checkRequest } from "./check-request.ts";
import type { EngineRequest, SpeechEngine } from "./engine.ts";
import type { Speaker, SpokenClip } from "./speaker.ts";

/** A speaker with one engine, which it disposes. It keeps what it has spoken: create one per attempt. */
export function createSpeaker(engine: SpeechEngine): Speaker {
  const spoken = new Map<string, Promise<SpokenClip>>();
  const closed = new AbortController();
  const speakOnce = (request: EngineRequest): Promise<SpokenClip> => {
    const key = JSON.stringify([request.voice.id, request.rate, request.text]);
    const known = spoken.get(key);
    if (known) return known;
    const clip = engine.speak(request, { signal: closed.signal });
    spoken.set(key, clip);
    clip.catch(() => spoken.delete(key));
    return clip;
  };
  return {
    voices: () => engine.voices,
    async speak(request, { signal }) {
      signal.throwIfAborted();
      return await unlessAborted(speakOnce(checkRequest(request, engine)), signal);
    },
    async [Symbol.asyncDispose]() {
      closed.abort(new Error("The speaker is closed."));
      await engine[Symbol.asyncDispose]();
    },
  };
}

/** Another caller may wait for the same clip, so that this one's signal does not end it. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
