/** Texts on which an algorithm that looks back, or tries again, takes the square of their length. */

const ASCII_SIGNS = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).filter(
  (sign) => !/[b-zB-Z2-9]/.test(sign),
);
const OTHER_SIGNS = ["\u0085", "\u00A0", "ü", "\u0301", "\u2028", "\uFEFF", "\uD800", "😀"];
const PAIRS = [
  ...[
    "{\\",
    "{\\a",
    "{a",
    "<a",
    "</",
    "<b>",
    "&a",
    "&#",
    "&#x",
    "&a;",
    "[a",
    "(a",
    "%2",
    "%2e",
    "\r\n",
    "\n\n",
  ],
  ...["\r\r\n", " \n", "a ", "a\t", "a.", ".a", "a-", "a/", "//", "../", "a:", "a=", "a,", ", ", "; ", 'a"'],
  ...[
    '\\"',
    "\\\\",
    "\\u",
    "-->",
    "--> ",
    "1:",
    "1:1",
    "1.",
    "1-",
    "1,",
    "://",
    "a://",
    "?a",
    "#a",
    "@a",
    "a@",
  ],
  ...[
    "_ ",
    "W/",
    '"a",',
    "=a;",
    "[]",
    "{}",
    '{"a":',
    "[[",
    "#EXT",
    "#EXTINF:1,\n",
    "\n#",
    "NOTE\n",
    "STYLE\n",
  ],
];

const SIGNS = [...ASCII_SIGNS, ...OTHER_SIGNS, ...PAIRS];

/** What opens something: a parser that calls itself for each may run out of stack. */
const OPENERS = ["[", "(", "{", "<b>", '{"a":', "{a", "&", "#"];

/** Each sign and pair, repeated to `length` characters, by itself and behind what makes a parser begin. */
export const longTexts = (length: number, prefixes?: readonly string[]): Generator<string> =>
  repeat(SIGNS, length, prefixes);

/** The same of what opens something. */
export const deepTexts = (length: number, prefixes?: readonly string[]): Generator<string> =>
  repeat(OPENERS, length, prefixes);

function* repeat(
  signs: readonly string[],
  length: number,
  prefixes: readonly string[] = [""],
): Generator<string> {
  for (const prefix of prefixes) {
    for (const sign of signs) {
      const body = sign.repeat(Math.ceil(length / sign.length)).slice(0, Math.max(0, length - prefix.length));
      yield prefix + body;
    }
  }
}
