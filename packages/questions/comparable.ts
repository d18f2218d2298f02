const articles: Readonly<Record<string, readonly string[]>> = {
  de: ["der", "die", "das", "den", "dem", "des", "ein", "eine", "einen", "einem", "einer", "eines"],
  en: ["a", "an", "the"],
  es: ["el", "la", "los", "las", "un", "una", "unos", "unas"],
  fr: ["le", "la", "les", "l", "un", "une", "des"],
  it: ["il", "lo", "la", "i", "gli", "le", "l", "un", "uno", "una"],
  nl: ["de", "het", "een"],
  pt: ["o", "a", "os", "as", "um", "uma", "uns", "umas"],
};

/** Numbers with their sign, words, and signs that tell C from C++ and C#. Other punctuation is left out. */
const TOKEN = /(?<![\p{L}\p{N}])[-\u2212]?\p{N}+(?:[.,:]\p{N}+)*|[\p{L}\p{M}\p{N}]+|[\p{S}#%&*@/\\]+/gu;

/** Words of a text in NFKC, case folded, without punctuation and articles of the language. Pure. */
export function wordsOf(text: string, language: string): string[] {
  const folded = text.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKC");
  const words = folded.match(TOKEN) ?? [];
  const ignored = articles[language.split("-")[0]?.toLowerCase() ?? ""] ?? [];
  const rest = words.filter((word) => !ignored.includes(word));
  if (rest.length > 0) return rest;
  return words.length > 0 ? words : [folded.trim()];
}

/** Texts that say the same by `wordsOf` are equal. Pure. */
export const comparable = (text: string, language: string): string => wordsOf(text, language).join(" ");

/** Scripts without spaces between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** Whether a text contains another one as whole words, by `wordsOf`. An article alone is in no text. Pure. */
export function containsWords(text: string, part: string, language: string): boolean {
  const wanted = comparable(part, language);
  const within = comparable(text, language);
  if (UNSPACED.test(wanted)) return within.replaceAll(" ", "").includes(wanted.replaceAll(" ", ""));
  const isArticle = wordsOf(`${part} x`, language).length === 1;
  return !isArticle && ` ${within} `.includes(` ${wanted} `);
}
