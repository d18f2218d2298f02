import * as fc from "fast-check";
import { expect, test } from "vitest";
import { checkQuestion, type Question, type QuestionDraft, reviewDrafts, shuffleAnswers } from "./index.ts";

const good: QuestionDraft = {
  question: "Which planet is called the red one?",
  options: ["Mars", "Venus", "Saturn", "Uranus"],
  rightOptions: [0],
  ...{ category: null, difficulty: null, explanation: null, attribution: null },
};
const codesOf = (changes: Partial<QuestionDraft>, language = "en"): string[] => {
  const checked = checkQuestion({ ...good, ...changes }, language);
  return checked.ok ? [] : checked.problems.map(({ code }) => code);
};
const withOption = (option: string, at = 3) => good.options.toSpliced(at, 1, option);

test.each<[string, Partial<QuestionDraft>, string]>([
  ["three options", { options: ["Mars", "Venus", "Saturn"] }, "OPTION_COUNT_INVALID"],
  ["five options", { options: [...good.options, "Pluto"] }, "OPTION_COUNT_INVALID"],
  ["an empty option", { options: withOption("  ") }, "OPTION_EMPTY"],
  ["a long option", { options: withOption("x".repeat(61)) }, "OPTION_TOO_LONG"],
  ["options that differ in case", { options: withOption("VENUS") }, "OPTION_DUPLICATE"],
  ["options that differ in articles", { options: withOption("the Venus") }, "OPTION_DUPLICATE"],
  ["options that differ in punctuation", { options: withOption("“Venus”.") }, "OPTION_DUPLICATE"],
  ["options that differ in width", { options: withOption("Ｖｅｎｕｓ") }, "OPTION_DUPLICATE"],
  ["all of the above", { options: withOption("All of the above.") }, "OPTION_REFERS_TO_OTHERS"],
  ["none of these", { options: withOption("None of these") }, "OPTION_REFERS_TO_OTHERS"],
  ["both A and B", { options: withOption("Both A and B") }, "OPTION_REFERS_TO_OTHERS"],
  ["all of the above in German", { options: withOption("Alle genannten") }, "OPTION_REFERS_TO_OTHERS"],
  ["no right option", { rightOptions: [] }, "ANSWER_COUNT_INVALID"],
  ["two right options", { rightOptions: [0, 2] }, "ANSWER_COUNT_INVALID"],
  ["a right option that does not exist", { rightOptions: [4] }, "ANSWER_COUNT_INVALID"],
  ["its answer", { question: "Which planet is the “mars”, the red one?" }, "ANSWER_IN_QUESTION"],
  ["too little text", { question: "Red one?" }, "QUESTION_TOO_SHORT"],
  ["too much text", { question: `${"Which one ".repeat(20)}?` }, "QUESTION_TOO_LONG"],
  ["no question mark", { question: "This planet is called the red one." }, "QUESTION_NOT_ASKED"],
  ["another script", { question: "Какая планета называется красной?" }, "QUESTION_WRONG_LANGUAGE"],
  [
    "a right-to-left override",
    { question: "Which \u202eplanet is called the red one?" },
    "TEXT_FORBIDDEN_CHARACTER",
  ],
  ["a bell", { options: withOption("Ura\u0007nus") }, "TEXT_FORBIDDEN_CHARACTER"],
  ["half a character", { options: withOption("Ura\ud83d") }, "TEXT_FORBIDDEN_CHARACTER"],
  ["a long explanation", { explanation: "x".repeat(201) }, "DETAIL_TOO_LONG"],
])("a question with %s is rejected", (_title, changes, code) => {
  expect(codesOf(changes)).toEqual([code]);
});

test.each<[string, Partial<QuestionDraft>, string]>([
  ["numbers that differ in their sign", { options: ["5", "-5", "50", "0.5"] }, "en"],
  ["names that differ in signs", { options: ["C", "C++", "C#", "B"] }, "en"],
  ["signs alone", { options: ["!", "?", ",", ";"] }, "en"],
  [
    "an answer that is an article",
    { options: ["A", "B", "C", "D"], question: "Which one is a vitamin?" },
    "en",
  ],
  ["an answer inside another word", { question: "Which planet do marsupials not live on?" }, "en"],
  ["a quote at the end", { question: "Who asked “Which planet is the red one?”" }, "en"],
  ["Russian", { question: "Какая планета называется красной?", options: ["Марс", "A", "B", "C"] }, "ru"],
  ["Arabic", { question: "ما هو الكوكب المسمى بالأحمر؟" }, "ar"],
  ["Japanese", { question: "赤い惑星と呼ばれるのはどれですか。" }, "ja"],
  ["Chinese", { question: "哪颗行星被称为红色的行星？" }, "zh-Hans"],
  ["Korean", { question: "붉은 행성이라고 불리는 행성은?" }, "ko"],
  ["Thai", { question: "ดาวเคราะห์ดวงใดเรียกว่าดาวเคราะห์สีแดง" }, "th"],
  ["a language without a known script", {}, "xx"],
])("a question with %s is accepted", (_title, changes, language) => {
  expect(codesOf(changes, language)).toEqual([]);
});

test("a question is tidied, and has all its problems at once", () => {
  expect(
    checkQuestion({ ...good, question: " Which  planet\nis called the red one? ", explanation: " " }, "en"),
  ).toMatchObject({ ok: true, question: { question: good.question, answerIndex: 0, explanation: null } });
  expect(codesOf({ question: "Red", options: ["Red", "red", ""] })).toEqual([
    ...["QUESTION_TOO_SHORT", "QUESTION_NOT_ASKED", "OPTION_COUNT_INVALID", "OPTION_DUPLICATE"],
    ...["OPTION_EMPTY", "ANSWER_IN_QUESTION"],
  ]);
});

const review = (questions: [string, string][], known: { question: string; answer: string | null }[] = []) =>
  reviewDrafts(
    questions.map(([question, answer], line) => {
      const draft = { ...good, question, options: [answer, "one", "two", "three"] };
      return { line, draft, problem: null };
    }),
    { language: "en", known },
  ).map(({ problems }) => problems[0]?.code ?? "ACCEPTED");

test("a question is asked once, in the same or in similar words", () => {
  expect(
    review([
      ["What is the capital city of France?", "Paris"],
      ["What's capital... what is the capital city of France?", "Paris"],
      ["what is a capital city of FRANCE?!", "Lyon"],
      ["What is the capital city of Spain?", "Madrid"],
      ["What is the capital city of Italy?", "Rome"],
      ["What is the largest city of Italy?", "Rome"],
    ]),
  ).toEqual(["ACCEPTED", "SIMILAR", "DUPLICATE", "ACCEPTED", "ACCEPTED", "ACCEPTED"]);
  const known = [
    { question: "Who painted the Mona Lisa in Florence?", answer: null },
    { question: "Which planet is the largest of all?", answer: "Jupiter" },
  ];
  expect(
    review(
      [
        ["Who painted the Mona Lisa in Milan?", "Leonardo"],
        ["Which planet is the largest of all now?", "the Jupiter"],
        ["Which planet is the smallest of all?", "Mercury"],
      ],
      known,
    ),
  ).toEqual(["SIMILAR", "SIMILAR", "ACCEPTED"]);
});

const parts = "red green blue the a Mars mars. Venus “Venus” all of above none x y".split(" ");
const words = (maxLength: number) =>
  fc.array(fc.constantFrom(...parts), { maxLength }).map((list) => list.join(" "));
const draft = fc.record({
  question: fc.oneof(
    {
      weight: 6,
      arbitrary: fc.tuple(words(12), fc.constantFrom("?", "?", "?”", ".")).map((two) => two.join("")),
    },
    { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 230 }).map((text) => `${text}?`) },
  ),
  options: fc.oneof(
    fc.constant(["7", "8", "9", "10"]),
    fc.array(fc.oneof({ weight: 9, arbitrary: words(3) }, fc.string({ maxLength: 70 })), {
      minLength: 3,
      maxLength: 5,
    }),
  ),
  rightOptions: fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 0, max: 3 }).map((index) => [index]) },
    { weight: 1, arbitrary: fc.array(fc.integer({ min: -1, max: 5 }), { maxLength: 3 }) },
  ),
  category: fc.constant(null),
  difficulty: fc.constant(null),
  explanation: fc.constant(null),
  attribution: fc.constant(null),
});

/** Written without the code under test. */
const plain = (text: string): string =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[“”".!?]/g, "")
    .split(/\s+/)
    .filter((part) => !["a", "an", "the", ""].includes(part))
    .join(" ");

function faultsOf({ question, options, answerIndex }: Question): string[] {
  const length = Array.from(question).length;
  const texts = options.map((option) => plain(option) || option);
  const answer = texts[answerIndex] ?? "";
  const isInQuestion = /^[a-z ]+$/.test(answer) && ` ${plain(question)} `.includes(` ${answer} `);
  return [
    length < 10 || length > 200 ? "length" : "",
    /\?[?!”"')\]}»’]*$/.test(question) ? "" : "end",
    options.length === 4 && options.every((option) => option.trim() !== "") ? "" : "options",
    options.every((option) => Array.from(option).length <= 60) ? "" : "option length",
    new Set(texts).size === 4 ? "" : "equal options",
    texts.includes("all of above") ? "all of the above" : "",
    isInQuestion ? "answer in question" : "",
  ].filter((fault) => fault !== "");
}

test("of 5,000 sets, no invalid question is accepted, and shuffled answers are spread", () => {
  let accepted = 0;
  const set = fc.array(draft, { minLength: 1, maxLength: 8 });
  const contentOf = (questions: readonly Question[]) =>
    JSON.stringify(
      questions.map(({ question, options, answerIndex }) => [
        question,
        options[answerIndex],
        options.toSorted(),
      ]),
    );
  fc.assert(
    fc.property(set, fc.integer(), (drafts, seed) => {
      const sources = drafts.map((one) => ({ line: null, draft: one, problem: null }));
      const questions = reviewDrafts(sources, { language: "en" }).flatMap(({ question }) => question ?? []);
      accepted += questions.length;
      const faults = questions.flatMap(faultsOf);
      if (new Set(questions.map(({ question }) => plain(question))).size < questions.length)
        faults.push("duplicate");
      const shuffled = shuffleAnswers(questions, seed);
      if (contentOf(shuffled) !== contentOf(questions)) faults.push("changed by shuffling");
      if (JSON.stringify(shuffleAnswers(questions, seed)) !== JSON.stringify(shuffled)) faults.push("seed");
      const counts = [0, 1, 2, 3].map(
        (index) => shuffled.filter(({ answerIndex }) => answerIndex === index).length,
      );
      const most = Math.max(...counts);
      if (most > Math.max(1, questions.length * 0.4)) faults.push("same letter");
      expect(faults).toEqual([]);
    }),
    { numRuns: 5_000 },
  );
  expect(accepted).toBeGreaterThan(2_500);
}, 60_000);
