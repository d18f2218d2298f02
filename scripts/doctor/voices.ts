/** The voices of a worker on this machine. */
import { createNoJail, findSpeech } from "@reelay/render-worker";
import type { Finding } from "./finding.ts";

const WHAT = "voices";

export async function checkVoices(): Promise<Finding> {
  try {
    const speech = findSpeech(createNoJail());
    const { engine, version, voices } = speech;
    await using speaker = speech.open();
    await speaker.speak(
      { text: "Ready.", voice: null, language: null },
      { signal: AbortSignal.timeout(60_000) },
    );
    const names = voices.map(({ id, language }) => `${id} (${language})`).join(", ");
    return { what: WHAT, state: "ok", detail: `${names}, by ${engine} ${version}` };
  } catch (error) {
    const remedy = "only for videos that speak: npm ci";
    return { what: WHAT, state: "limited", detail: (error as Error).message, remedy };
  }
}
