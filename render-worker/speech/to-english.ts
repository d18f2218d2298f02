import { inputError } from "../errors.ts";

/** A word as it is written, and as an English voice reads it. */
export interface ReadableWord {
  text: string;
  /** In ASCII. Empty: it has no sound. */
  spoken: string;
}

/** Letters without a canonical decomposition. */
const letters: Readonly<Record<string, string>> = {
  ...{ ß: "ss", æ: "ae", Æ: "Ae", œ: "oe", Œ: "Oe", ø: "o", Ø: "O", ł: "l", Ł: "L", đ: "d", Đ: "D" },
  ...{ ð: "d", Ð: "D", þ: "th", Þ: "Th", ı: "i", ŋ: "ng", ħ: "h", Ħ: "H" },
};

/** Greek letters are read by their names where they stand alone, as in formulas. */
const greek: readonly string[] =
  "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma tau upsilon phi chi psi omega".split(
    " ",
  );

const symbols: Readonly<Record<string, string>> = {
  ...{ "×": " times ", "÷": " divided by ", "−": " minus ", "±": " plus or minus ", "°": " degrees " },
  ...{ "²": " squared ", "³": " cubed ", "√": " square root of ", "∞": " infinity ", "≈": " about " },
  ...{ "≤": " at most ", "≥": " at least ", "≠": " is not equal to ", "‰": " per thousand " },
  ...{
    "℃": " degrees Celsius ",
    "℉": " degrees Fahrenheit ",
    "№": " number ",
    "€": " euros ",
    "£": " pounds ",
  },
  ...{ "¥": " yen ", "₹": " rupees ", "¢": " cents ", "©": " copyright ", "→": " to " },
  ...{ "’": "'", "‘": "'", ʼ: "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"' },
  ...{ "…": "...", "–": ", ", "—": ", ", "‐": "-", "‑": "-", "⁄": "/", "¿": "", "¡": "" },
};

/** A currency before its amount is read after it. */
const AMOUNT = /([€£¥₹])\s?(\d[\d.,]*\d|\d)/gu;
const FOREIGN_LETTER = /(?!\p{Script=Latin}|\p{Script=Greek}|\p{Script=Common}|\p{Script=Inherited})\p{L}/u;
const GREEK_WORD = /\p{Script=Greek}{2,}/u;

/**
 * The words of a text, as English voices of offline engines read them. Pure. Throws a final `RenderError`,
 * `LANGUAGE_UNSUPPORTED`, for a text in another script.
 */
export function toEnglish(text: string, engine: string): ReadableWord[] {
  const foreign = FOREIGN_LETTER.exec(text.normalize("NFKC")) ?? GREEK_WORD.exec(text);
  if (foreign !== null)
    throw inputError(
      "LANGUAGE_UNSUPPORTED",
      `${engine} speaks English here, and the text has the letter "${String.fromCodePoint(foreign[0].codePointAt(0) ?? 0)}" of another script. Choose another engine (SPEECH on the worker), or the voice NONE.`,
    );
  return text.split(" ").map((word) => ({ text: word, spoken: toSpoken(word) }));
}

function toSpoken(word: string): string {
  const spelled = word
    .replaceAll(AMOUNT, "$2$1")
    .replaceAll(/[^\p{ASCII}]/gu, (character) => letters[character] ?? symbols[character] ?? character)
    .normalize("NFKD")
    .replaceAll(/\p{Script=Greek}/gu, (letter) => ` ${nameOf(letter)} `)
    .replaceAll(/[^\x20-\x7E]/g, "")
    .replaceAll(/ +/g, " ")
    .trim();
  return HAS_SOUND.test(spelled) ? spelled : "";
}

/** Of symbols, these are read. */
const HAS_SOUND = /[A-Za-z0-9&+=%$#@*<>/]/;

function nameOf(letter: string): string {
  const index = (letter.toLowerCase().codePointAt(0) ?? 0) - 0x3b1;
  return greek[index] ?? "";
}
