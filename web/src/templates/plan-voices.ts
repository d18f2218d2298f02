import type { VoicesQuery } from "../api/index.ts";

type Voice = VoicesQuery["voices"][number];

/** The language without its region: `en-GB` becomes `en`. Pure. */
const baseOf = (language: string): string => language.toLowerCase().split("-")[0] ?? "";

/** The languages that voices speak, without their regions, by their names. Pure. */
export function languagesOf(voices: readonly Voice[]): { value: string; text: string }[] {
  const names = new Intl.DisplayNames(["en"], { type: "language" });
  return [...new Set(voices.map(({ language }) => baseOf(language)))]
    .map((value) => ({ value, text: nameOf(names, value) }))
    .toSorted((one, other) => one.text.localeCompare(other.text));
}

/** The language to begin with: that of the data if a voice speaks it, else all. Pure. */
export function languageToShow(voices: readonly Voice[], wanted: string): string {
  const base = baseOf(wanted);
  return voices.some(({ language }) => baseOf(language) === base) ? base : "";
}

/**
 * Choices of a voice. `chosen` is among them although no worker offers it now. Pure.
 * @param language without region; empty: all.
 */
export function voiceOptions(
  voices: readonly Voice[],
  { language, chosen }: { language: string; chosen: string },
): { value: string; text: string }[] {
  const shown = voices.filter((one) => language === "" || baseOf(one.language) === language);
  const missing = chosen !== "" && chosen !== "NONE" && !shown.some(({ name }) => name === chosen);
  const known = voices.find(({ name }) => name === chosen);
  return [
    { value: "", text: "Default voice of the language" },
    { value: "NONE", text: "No voice" },
    ...(missing ? [{ value: chosen, text: known ? describe(known) : `${chosen} (not offered now)` }] : []),
    ...shown.map((one) => ({ value: one.name, text: describe(one) })),
  ];
}

const describe = ({ title, language, engine }: Voice): string => `${title} · ${language} · ${engine}`;

function nameOf(names: Intl.DisplayNames, language: string): string {
  try {
    return names.of(language) ?? language;
  } catch {
    return language;
  }
}
