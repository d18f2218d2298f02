import { composition as definition, MAX_OFFERED_VOICES, type OfferedVoice } from "@reelay/contracts";
import { prepareKind } from "../../attempt/index.ts";
import type { InstalledSpeech } from "../../speech/index.ts";
import type { WorkerKind } from "../kind.ts";
import { emptyState, finishedKeys, settleState, shareRendering } from "../render/index.ts";
import { checkData } from "./check-data.ts";
import { Templates } from "./open-template.ts";
import { runComposition } from "./run-composition.ts";

/** A service that does not answer delays a worker's start by no more. */
const VOICES_TIMEOUT_MS = 5_000;

/** Draws and speaks data by templates, and encodes the frames. */
export const composition: WorkerKind = {
  async prepare(host) {
    const found = host.speech();
    const [runtime, painter, speech, voices] = await Promise.all([
      host.ffmpeg(),
      host.templatePainter(),
      found,
      found.then(listVoices),
    ]);
    const shared = shareRendering(runtime);
    const templates = new Templates();
    const kind = prepareKind({
      definition,
      initial: emptyState,
      run: ({ state, ...attempt }, params) =>
        runComposition(
          { ...runtime.begin(attempt, params), ...shared, state },
          { painter, speech, templates },
        ),
      settle: settleState,
      finished: finishedKeys,
      offer: () => ({ runtime: definition.requires.runtime, version: painter.version, voices }),
    });
    const programs = runtime.programs();
    const speaks = (voice: string | undefined) =>
      voice === undefined || voices === null || voices.some(({ id }) => id === voice);
    return {
      ...kind,
      // Another worker has the voice.
      begin: (message, reporter) =>
        speaks(message.requirements.voice) ? kind.begin(message, reporter) : null,
      check: (request, host) => checkData({ painter, programs, templates }, request, host),
    };
  },
};

/** The voices to offer; null if they are unknown, or too many to list. */
async function listVoices(speech: InstalledSpeech): Promise<OfferedVoice[] | null> {
  const signal = AbortSignal.timeout(VOICES_TIMEOUT_MS);
  const all = await speech.voices({ signal }).catch(() => []);
  if (all.length === 0 || all.length > MAX_OFFERED_VOICES) return null;
  return all.map(({ id, name, language, engine }) => ({ id, name, language, engine }));
}
