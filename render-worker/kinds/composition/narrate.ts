import type { NarrationVoice } from "@reelay/contracts";
import { RenderError } from "../../errors.ts";
import type { SpokenText } from "../../painting/index.ts";
import type { Speaker, SpokenClip } from "../../speech/index.ts";

/** Spoken texts by their ids. One without a word to speak has none: it is shown as long as reading takes. */
export type Clips = ReadonlyMap<string, SpokenClip>;

/** Texts that are spoken at a time. */
const AT_ONCE = 2;

/** Speaks all texts. Throws a `RenderError`. */
export async function narrate(
  speaker: Speaker,
  texts: readonly SpokenText[],
  { name: voice, rate }: NarrationVoice,
  signal: AbortSignal,
): Promise<Clips> {
  const clips = new Map<string, SpokenClip>();
  const left = texts.values();
  const speakRest = async () => {
    for (const { id, text, language } of left) {
      const clip = await speaker.speak({ text, voice, rate, language }, { signal }).catch(orSilence);
      if (clip !== null) clips.set(id, clip);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, speakRest));
  return clips;
}

/** A text of signs alone, such as an emoji, is no error. */
function orSilence(error: unknown): null {
  if (error instanceof RenderError && error.reported.code === "TEXT_NOT_SPEAKABLE") return null;
  throw error;
}
