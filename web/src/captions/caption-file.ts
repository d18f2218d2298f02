/**
 * The language that a file of captions is named for, as most are: `film.pt-BR.srt`. Null where it names none.
 * Pure.
 */
export function languageOf(filename: string): string | null {
  const tag = /\.([a-z]{2,3}(?:[-_][a-z0-9]{2,8})*)\.(?:vtt|srt)$/i.exec(filename)?.[1]?.replaceAll("_", "-");
  if (tag === undefined) return null;
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? null;
  } catch {
    return null;
  }
}

/**
 * Text of a file that is UTF-8 or UTF-16 with a mark; else what Windows editors wrote for long, as many SRT
 * files are still. Pure.
 */
export function readText(bytes: ArrayBuffer): string {
  const [first, second] = new Uint8Array(bytes);
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}
