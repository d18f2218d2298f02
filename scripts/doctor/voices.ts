/** The voices of a worker on this machine. */
import { createNoJail, findSpeech, readWorkerEnv } from "@reelay/render-worker";
import type { Finding } from "./finding.ts";

const WHAT = "voices";
const FEW = 8;
const TIMEOUT_MS = 60_000;

export async function checkVoices(): Promise<Finding> {
  const read = readWorkerEnv(process.env);
  try {
    const speech = await findSpeech(createNoJail(), read.ok ? read.env.worker.speech : undefined);
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const voices = await speech.voices({ signal });
    await using speaker = speech.open();
    await speaker.speak({ text: "Ready.", voice: null, language: null }, { signal });
    const languages = new Set(voices.map(({ language }) => language));
    const listed =
      voices.length <= FEW
        ? voices.map(({ id, language }) => `${id} (${language})`).join(", ")
        : `${voices.length} in ${languages.size} languages`;
    return { what: WHAT, state: "ok", detail: `${listed}, by ${speech.engine} ${speech.version}` };
  } catch (error) {
    const remedy = "only for videos that speak: see docs/how-to/choose-voices.md";
    return { what: WHAT, state: "limited", detail: (error as Error).message, remedy };
  }
}
