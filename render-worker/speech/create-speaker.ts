import { unlessAborted, within } from "../wait.ts";
import { checkRequest } from "./check-request.ts";
import { type ClipCache, clipKey } from "./clip-cache.ts";
import type { ClipStore } from "./clip-store.ts";
import type { EngineRequest, SpeechEngine } from "./engine.ts";
import type { Speaker, SpokenClip } from "./speaker.ts";

/** What a closed speaker waits for the store. */
const LAST_WRITES_MS = 5_000;

interface SpeakerOptions {
  /** Shared by the worker's attempts. */
  cache: ClipCache;
  /** Shared by the workspace's attempts; null: there is none. */
  clips: ClipStore | null;
  /** The engine's voices, which are the same for all attempts. */
  voices: SpeechEngine["voices"];
}

/** A speaker with one engine, which it disposes. */
export function createSpeaker(engine: SpeechEngine, { cache, clips, voices }: SpeakerOptions): Speaker {
  const closed = new AbortController();
  const { signal: untilClosed } = closed;
  /** Not shared: a clip that is being spoken ends with its speaker. */
  const pending = new Map<string, Promise<SpokenClip>>();
  const writes = new Set<Promise<void>>();
  const usage = { spokenCharacters: 0, reusedCharacters: 0 };

  /** A clip is used while it is stored. */
  function keep(key: string, clip: SpokenClip): void {
    const write = clips?.write(key, clip, untilClosed).catch(() => undefined);
    if (!write) return;
    writes.add(write);
    void write.finally(() => writes.delete(write));
  }

  async function findOrSpeak(request: EngineRequest, key: string): Promise<SpokenClip> {
    const { length } = request.text;
    const stored = (await clips?.read(key, untilClosed)) ?? null;
    if (stored !== null) {
      usage.reusedCharacters += length;
      return stored;
    }
    const clip = await engine.speak(request, { signal: untilClosed });
    usage.spokenCharacters += length;
    keep(key, clip);
    return clip;
  }

  return {
    usage,
    voices,
    async speak(request, { signal }) {
      signal.throwIfAborted();
      const checked = checkRequest(request, { name: engine.name, voices: await voices({ signal }) });
      const key = clipKey(checked, engine);
      // Workspaces share nothing.
      const id = `${clips?.scope ?? ""}${key}`;
      const known = cache.get(id);
      const begun = pending.get(id);
      if (known ?? begun) usage.reusedCharacters += checked.text.length;
      if (known) return known;
      const begin = async () => {
        try {
          const clip = await findOrSpeak(checked, key);
          cache.set(id, clip);
          return clip;
        } finally {
          pending.delete(id);
        }
      };
      const spoken = begun ?? begin();
      pending.set(id, spoken);
      // Another caller may wait for the same clip, so that this one's signal does not end it.
      return await unlessAborted(spoken, signal);
    },
    async [Symbol.asyncDispose]() {
      await within(LAST_WRITES_MS, Promise.all(writes));
      closed.abort(new Error("The speaker is closed."));
      await engine[Symbol.asyncDispose]();
    },
  };
}
