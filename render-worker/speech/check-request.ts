import { inputError } from "../errors.ts";
import type { EngineRequest, SpeechEngine } from "./engine.ts";
import type { SpeechRequest, Voice } from "./speaker.ts";

/** About five minutes of speech. */
const MAX_CHARACTERS = 4_000;
/** A digit or a symbol is read as a word. */
const SPELLED_CHARACTERS = 6;
const rates = { least: 0.5, most: 2 };
const LISTED_VOICES = 20;

/**
 * Checks a request before anything is spoken. Pure. Throws a final `RenderError` that names what the engine
 * offers.
 */
export function checkRequest(
  { text, voice, language, rate = 1 }: SpeechRequest,
  { name, voices }: Pick<SpeechEngine, "name"> & { voices: readonly Voice[] },
): EngineRequest {
  const clean = cleanText(text);
  const { length } = clean;
  if (spokenLength(clean) > MAX_CHARACTERS)
    throw inputError(
      "TEXT_TOO_LONG",
      `The text has ${length} characters. A voice speaks at most ${MAX_CHARACTERS} at once, of which a digit or a symbol counts as ${SPELLED_CHARACTERS}. Divide the text.`,
    );
  if (!(rate >= rates.least && rate <= rates.most))
    throw inputError(
      "RATE_INVALID",
      `The rate of the speech is ${rate}. Use a number from ${rates.least} to ${rates.most}.`,
    );
  if (clean === "") throw notSpeakable(text);
  return { text: clean, voice: chooseVoice({ voice, language }, voices, name), rate };
}

const spokenLength = (text: string): number =>
  text.length + (SPELLED_CHARACTERS - 1) * (text.match(/[\p{N}\p{S}]/gu)?.length ?? 0);

/** A text without a word that the voice could speak, such as an emoji. */
export const notSpeakable = (text: string) =>
  inputError(
    "TEXT_NOT_SPEAKABLE",
    `The text ${JSON.stringify(text.slice(0, 60))} has no word or number to speak. Write one, or use the voice NONE.`,
  );

/**
 * Well-formed, in NFC, with single blanks. Control and format characters, which include those that change the
 * direction of a text, have no sound; joiners stay, because emoji and some scripts need them.
 */
const cleanText = (text: string): string =>
  text
    .toWellFormed()
    .normalize("NFC")
    .replaceAll(/(?![\u200C\u200D])[\p{Cf}\uFFFD\uFFFE\uFFFF]/gu, "")
    .replaceAll(/[\p{Cc}\p{Z}]+/gu, " ")
    .trim();

function chooseVoice(
  { voice, language }: Pick<SpeechRequest, "voice" | "language">,
  voices: readonly Voice[],
  engine: string,
): Voice {
  const wanted = language === null ? null : toLocale(language);
  const speaks = (each: Voice) =>
    language === null || (wanted !== null && toLocale(each.language)?.language === wanted.language);
  const suitable = voices.filter(speaks);
  const listed = listVoices(suitable.length > 0 ? suitable : voices, engine);
  if (voice === null) {
    const found =
      suitable.find(({ language }) => toLocale(language)?.region === wanted?.region) ?? suitable[0];
    if (found) return found;
    throw unsupported(`No voice of the engine ${engine} speaks`, language, listed);
  }
  const found = voices.find(({ id }) => id === voice);
  if (!found)
    throw inputError(
      "VOICE_UNAVAILABLE",
      `The voice "${voice.slice(0, 100)}" is not available here. ${listed}`,
    );
  if (!speaks(found)) throw unsupported(`The voice "${found.id}" does not speak`, language, listed);
  return found;
}

const unsupported = (voice: string, language: string | null, listed: string) =>
  inputError(
    "LANGUAGE_UNSUPPORTED",
    `${voice} the language "${language?.slice(0, 40)}". ${listed} Choose another voice, another engine (SPEECH on the worker), or the voice NONE.`,
  );

/** With the usual names of languages, e.g. `zh` for `cmn`. Null: no language tag. */
function toLocale(language: string): Intl.Locale | null {
  try {
    return new Intl.Locale(language);
  } catch {
    return null;
  }
}

function listVoices(voices: readonly Voice[], engine: string): string {
  const listed = voices.slice(0, LISTED_VOICES).map(({ id, language }) => `${id} (${language})`);
  const more = voices.length > LISTED_VOICES ? ` and ${voices.length - LISTED_VOICES} more` : "";
  return `The engine ${engine} has ${listed.join(", ")}${more}.`;
}
