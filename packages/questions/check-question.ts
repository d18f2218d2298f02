import { comparable, containsWords } from "./comparable.ts";
import {
  OPTION_COUNT,
  type Question,
  type QuestionDraft,
  type QuestionProblem,
  tidyDraft,
} from "./question.ts";

const questionLimits = {
  minLength: 10,
  maxLength: 200,
  optionLength: 60,
  categoryLength: 80,
  explanationLength: 200,
} as const;

/** Control characters, and those that turn the direction of the text around them. */
const FORBIDDEN = /[\p{Cc}\u202a-\u202e\u2066-\u2069\ufffd]|\p{Cs}/u;
/** The question marks of the scripts. */
const QUESTION_MARK = /[?？؟՞⁇⁈⹔;;]/u;
/** What may follow one: quotes and brackets end. */
const CLOSING = /[!\p{Pe}\p{Pf}"']/u;
/** Japanese questions may end with か and a full stop; these scripts write no question mark. */
const ENDS_WITHOUT_MARK =
  /か。?$|[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}]$/u;
/** Options that speak of the other options, which lose their meaning when the options are shuffled. */
const refersToOthers = [
  /^(all|none|both|any|neither|either)( of)?( the| these| those)?( above| options| answers| choices| below| these| those| mentioned| them)+$/,
  /^(both |neither )?(option |answer )?[a-d]( and | or | nor | & |, )(option |answer )?[a-d]( and [a-d]| or [a-d])?$/,
  /^(alle|keine|keins|keine der|alle der) (oben )?(genannten|antworten|oben)( genannten)?$/,
  /^(tod[oa]s|ningun[oa]|nenhum[a]?)( de)?( l[oa]s| [oa]s| da[s]?| de l[oa]s)? (anteriores|opciones|respuestas|acima)( anteriores)?$/,
  /^(toutes|aucune)( les| de| de ces| ces)?( réponses| choix)?( ci-dessus| précédentes| ces réponses| réponses)$/,
  /^(tutte|nessuna)( le| delle)?( risposte)?( precedenti)$/,
] as const;

type Checked = { ok: true; question: Question } | { ok: false; problems: QuestionProblem[] };

/**
 * Checks a draft by pure rules and returns it tidied as a question, or all its problems. `language`: BCP 47
 * tag, which decides about articles and the expected script. Facts are not checked. Pure.
 *
 * Codes: `TEXT_FORBIDDEN_CHARACTER`, `QUESTION_TOO_SHORT`, `QUESTION_TOO_LONG`, `QUESTION_NOT_ASKED`,
 * `QUESTION_WRONG_LANGUAGE`, `OPTION_COUNT_INVALID`, `OPTION_EMPTY`, `OPTION_TOO_LONG`, `OPTION_DUPLICATE`,
 * `OPTION_REFERS_TO_OTHERS`, `ANSWER_COUNT_INVALID`, `ANSWER_IN_QUESTION`, `DETAIL_TOO_LONG`.
 */
export function checkQuestion(raw: QuestionDraft, language: string): Checked {
  const draft = tidyDraft(raw);
  const problems = [
    ...checkCharacters(raw),
    ...checkText(draft, language),
    ...checkOptions(draft, language),
    ...checkAnswer(draft, language),
    ...checkDetails(draft),
  ];
  const { question, options, rightOptions, ...details } = draft;
  const [a, b, c, d] = options;
  const [answerIndex] = rightOptions;
  const isComplete = a !== undefined && b !== undefined && c !== undefined && d !== undefined;
  if (problems.length > 0 || !isComplete || answerIndex === undefined) return { ok: false, problems };
  const { category, difficulty, explanation, attribution } = details;
  return {
    ok: true,
    question: {
      question,
      options: [a, b, c, d],
      answerIndex,
      category,
      difficulty,
      explanation,
      attribution,
    },
  };
}

const problem = (code: string, message: string): QuestionProblem => ({ code, message });
const lengthOf = (text: string): number => Array.from(text).length;
const quoted = (text: string): string => JSON.stringify(text.slice(0, 80).toWellFormed());

function checkCharacters({ question, options, category, explanation }: QuestionDraft): QuestionProblem[] {
  const texts = [question, ...options, category ?? "", explanation ?? ""];
  // Spaces, tabs and line breaks become single spaces.
  if (!texts.some((text) => FORBIDDEN.test(text.replace(/\s/gu, "")))) return [];
  return [
    problem(
      "TEXT_FORBIDDEN_CHARACTER",
      "The text has control characters, or characters that change its direction or that were lost in a conversion. Remove them.",
    ),
  ];
}

function endsWithMark(question: string): boolean {
  const last = Array.from(question).findLast((character) => !CLOSING.test(character));
  return last !== undefined && QUESTION_MARK.test(last);
}

function checkText({ question }: QuestionDraft, language: string): QuestionProblem[] {
  const { minLength, maxLength } = questionLimits;
  const length = lengthOf(question);
  const problems: QuestionProblem[] = [];
  if (length < minLength)
    problems.push(
      problem("QUESTION_TOO_SHORT", `The question has ${length} characters and needs at least ${minLength}.`),
    );
  if (length > maxLength)
    problems.push(
      problem(
        "QUESTION_TOO_LONG",
        `The question has ${length} characters and may have ${maxLength}. Shorten it.`,
      ),
    );
  if (!endsWithMark(question) && !ENDS_WITHOUT_MARK.test(question))
    problems.push(
      problem("QUESTION_NOT_ASKED", "The text does not end with a question mark. Write it as a question."),
    );
  if (!isInScriptOf(question, language))
    problems.push(
      problem(
        "QUESTION_WRONG_LANGUAGE",
        `Most letters of the question do not belong to the script of the language ${quoted(language)}.`,
      ),
    );
  return problems;
}

/** Compound scripts of CLDR, and the scripts of Unicode that they consist of. */
const compoundScripts: Readonly<Record<string, string>> = {
  Jpan: "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}",
  Hans: "\\p{Script=Han}\\p{Script=Bopomofo}",
  Hant: "\\p{Script=Han}\\p{Script=Bopomofo}",
  Kore: "\\p{Script=Hangul}\\p{Script=Han}",
};

/** Whether at least half of the letters belong to the usual script of the language. Pure. */
function isInScriptOf(text: string, language: string): boolean {
  const script = scriptOf(language);
  if (script === null) return true;
  const letters = text.match(/\p{L}/gu) ?? [];
  return letters.filter((letter) => script.test(letter)).length * 2 >= letters.length;
}

/** Matches characters of the usual script; null for a language whose script is unknown. */
function scriptOf(language: string): RegExp | null {
  const { script } = new Intl.Locale(language).maximize();
  if (script === undefined) return null;
  try {
    return new RegExp(`[${compoundScripts[script] ?? `\\p{Script=${script}}`}]`, "u");
  } catch {
    return null;
  }
}

function checkOptions({ options }: QuestionDraft, language: string): QuestionProblem[] {
  const problems: QuestionProblem[] = [];
  if (options.length !== OPTION_COUNT)
    problems.push(
      problem(
        "OPTION_COUNT_INVALID",
        `The question has ${options.length} options and needs ${OPTION_COUNT}.`,
      ),
    );
  const seen = new Map<string, string>();
  for (const option of options) {
    if (option === "") {
      problems.push(problem("OPTION_EMPTY", "An option is empty. Write a text for each."));
      continue;
    }
    const length = lengthOf(option);
    if (length > questionLimits.optionLength)
      problems.push(
        problem(
          "OPTION_TOO_LONG",
          `The option ${quoted(option)} has ${length} characters and may have ${questionLimits.optionLength}. Shorten it.`,
        ),
      );
    const text = comparable(option, language);
    const first = seen.get(text);
    if (first !== undefined)
      problems.push(
        problem(
          "OPTION_DUPLICATE",
          `The options ${quoted(first)} and ${quoted(option)} are the same but for case, articles and punctuation.`,
        ),
      );
    seen.set(text, first ?? option);
    if (speaksOfOthers(option))
      problems.push(
        problem(
          "OPTION_REFERS_TO_OTHERS",
          `The option ${quoted(option)} refers to other options, whose order is shuffled. Replace it.`,
        ),
      );
  }
  return problems;
}

function speaksOfOthers(option: string): boolean {
  const text = option
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}&, -]/gu, "")
    .replace(/\s+/gu, " ")
    .trim();
  return refersToOthers.some((pattern) => pattern.test(text));
}

function checkAnswer(
  { question, options, rightOptions }: QuestionDraft,
  language: string,
): QuestionProblem[] {
  const right = [...new Set(rightOptions)];
  const [index] = right;
  const answer = index === undefined ? undefined : options[index];
  if (right.length !== 1 || answer === undefined)
    return [
      problem(
        "ANSWER_COUNT_INVALID",
        right.length > 1
          ? `${right.length} options are marked as right, and exactly one must be.`
          : "No option is marked as right, and exactly one must be.",
      ),
    ];
  if (answer === "" || !containsWords(question, answer, language)) return [];
  return [
    problem("ANSWER_IN_QUESTION", `The question contains its answer ${quoted(answer)}. Ask without it.`),
  ];
}

function checkDetails({ category, explanation }: QuestionDraft): QuestionProblem[] {
  const { categoryLength, explanationLength } = questionLimits;
  const details = [
    ["category", category, categoryLength],
    ["explanation", explanation, explanationLength],
  ] as const;
  return details.flatMap(([name, text, most]) =>
    text !== null && lengthOf(text) > most
      ? [
          problem(
            "DETAIL_TOO_LONG",
            `The ${name} has ${lengthOf(text)} characters and may have ${most}. Shorten it.`,
          ),
        ]
      : [],
  );
}
