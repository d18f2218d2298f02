import { InvalidInputError } from "../errors/index.ts";

/**
 * A BCP 47 tag in canonical form: `de-ch` becomes `de-CH`. Throws `InvalidInputError`
 * (`CAPTION_LANGUAGE_INVALID`).
 */
export function checkLanguage(language: string): string {
  try {
    const [canonical] = language.length <= 35 ? Intl.getCanonicalLocales(language) : [];
    if (canonical !== undefined) return canonical;
  } catch {
    // Reported below.
  }
  throw new InvalidInputError(
    "CAPTION_LANGUAGE_INVALID",
    "language",
    `language: ${JSON.stringify(language.slice(0, 40).toWellFormed())} is not a language tag. Use a BCP 47 tag, such as en, pt-BR or zh-Hant.`,
  );
}

/**
 * The label by which viewers choose a track: without quotes and line breaks, which a playlist cannot contain.
 * Throws `InvalidInputError` (`CAPTION_LABEL_INVALID`).
 */
export function checkLabel(label: string): string {
  const trimmed = label.trim();
  const length = Array.from(trimmed).length;
  if (length >= 1 && length <= 100 && !/["\p{Cc}]/u.test(trimmed) && trimmed.isWellFormed()) return trimmed;
  throw new InvalidInputError(
    "CAPTION_LABEL_INVALID",
    "label",
    `label: has ${length} characters${/["\p{Cc}]/u.test(trimmed) ? ', with a quote (") or a control character among them' : ""}. Use 1 to 100, such as English.`,
  );
}

/** The language's own name: `Deutsch` for `de`, `Deutsch (CC)` for captions. */
export function defaultLabel(language: string, kind: "SUBTITLES" | "CAPTIONS"): string {
  const name = new Intl.DisplayNames([language], { type: "language" }).of(language) ?? language;
  const label = name.charAt(0).toLocaleUpperCase(language) + name.slice(1);
  return kind === "CAPTIONS" ? `${label} (CC)` : label;
}
