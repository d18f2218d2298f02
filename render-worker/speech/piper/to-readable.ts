import { inputError } from "../../errors.ts";
import type { ReadableWord } from "../to-english.ts";

/** Scripts that a language's writing uses, where ISO 15924 has one code for several (Unicode, UAX #24). */
const parts: Readonly<Record<string, readonly string[]>> = {
  ...{ Hans: ["Hani", "Latn"], Hant: ["Hani", "Latn"], Jpan: ["Hani", "Hira", "Kana", "Latn"] },
  Kore: ["Hang", "Hani", "Latn"],
};

const HAS_SOUND = /[\p{L}\p{N}\p{S}&%#@*]/u;
const IS_EMOJI = /\p{Extended_Pictographic}/u;

/**
 * The words of a text, as voices of a language read them. Pure. Throws a final `RenderError`,
 * `LANGUAGE_UNSUPPORTED`, for a text in another script.
 *
 * @param language BCP 47
 */
export function toReadable(text: string, language: string): ReadableWord[] {
  const script = new Intl.Locale(language).maximize().script ?? "Latn";
  const foreign = Array.from(text.normalize("NFKC")).find((one) => isForeign(one, parts[script] ?? [script]));
  if (foreign !== undefined)
    throw inputError(
      "LANGUAGE_UNSUPPORTED",
      `The voice speaks ${language}, and the text has the letter "${foreign}" of another script. Choose another voice, another engine (SPEECH on the worker), or the voice NONE.`,
    );
  return text.split(" ").map((word) => {
    const spoken = Array.from(word.normalize("NFC"), (one) =>
      IS_EMOJI.test(one) && !/\p{N}/u.test(one) ? "" : one,
    ).join("");
    return { text: word, spoken: HAS_SOUND.test(spoken) ? spoken : "" };
  });
}

const isForeign = (character: string, scripts: readonly string[]): boolean =>
  /\p{L}/u.test(character) &&
  ![...scripts, "Zyyy", "Zinh"].some((script) => new RegExp(`\\p{Script=${script}}`, "u").test(character));
