import type { CompositionSettings } from "@reelay/contracts";
import type { OperationDeps } from "../context/index.ts";
import { InvalidInputError } from "../errors/index.ts";
import { readVoices } from "../workers/index.ts";

const FIELD = "source.template.voice";
const LISTED = 20;

/**
 * Throws an `InvalidInputError` (`VOICE_UNAVAILABLE`) if no live worker has the voice. Without a worker that
 * lists its voices, any voice may be available once the video is rendered.
 */
export async function assertVoice(
  { db, clock }: Pick<OperationDeps, "db" | "clock">,
  { voice }: Pick<CompositionSettings, "voice">,
): Promise<void> {
  if (voice?.name == null) return;
  const { voices, isComplete } = await readVoices(db, clock());
  if (!isComplete || voices.some(({ id }) => id === voice.name)) return;
  const listed = voices.slice(0, LISTED).map(({ id, language }) => `${id} (${language})`);
  const more = voices.length > LISTED ? `, and ${voices.length - LISTED} more, which \`voices\` lists` : "";
  throw new InvalidInputError(
    "VOICE_UNAVAILABLE",
    FIELD,
    `${FIELD}: no worker has the voice ${JSON.stringify(voice.name)}. Use ${listed.join(", ")}${more}, or "NONE".`,
  );
}
