import { TableError } from "@reelay/tables";
import { expect, test } from "vitest";
import { readQuestions, writeQuestions } from "./index.ts";

const HEADER = "question,option1,option2,option3,option4,answer";
const mars = "Which planet is called the red one?,Mars,Venus,Saturn,Uranus";
const read = (...rows: string[]) => readQuestions([HEADER, ...rows].join("\n"));
const answersOf = (...rows: string[]) =>
  read(...rows).questions.map(({ options, answerIndex }) => options[answerIndex]);

function refusal(text: string) {
  try {
    readQuestions(text);
  } catch (error) {
    if (error instanceof TableError) return error;
    throw error;
  }
  throw new Error("The questions were read.");
}

test.each([
  ["letters", "B"],
  ["letters in brackets", "(b)"],
  ["numbers", "2"],
  ["texts", "venus"],
])("answers may be %s", (_title, answer) => {
  expect(answersOf(`${mars},${answer}`)).toEqual(["Venus"]);
});

test("answers that are texts and letters or numbers follow the style of the other rows", () => {
  const legs = "How many legs does a spider have in all?,2,4,6,8";
  expect(answersOf(`${legs},4`)).toEqual([]);
  expect(read(`${legs},4`).issues).toEqual([
    {
      ...{ line: 2, column: "answer", code: "ANSWER_AMBIGUOUS" },
      message:
        'The answer "4" is the text of one option and the letter or number of another. Write letters in all rows, or the whole text of the right options.',
    },
  ]);
  expect(answersOf(`${legs},4`, `${mars},1`)).toEqual(["8", "Mars"]);
  expect(answersOf(`${legs},4`, `${mars},Mars`)).toEqual(["4", "Mars"]);
  expect(answersOf(`${legs},8`, `${mars},A`)).toEqual(["8", "Mars"]);
});

test.each([
  "Question;Option A;Option B;Option C;Option D;Correct answer;Level;Topic",
  "PROMPT;a;b;c;d;key;difficulty;category",
  "q;choice 1;choice 2;choice_3;Choice4;Right option;Difficulty;Subject",
])("columns are found by their usual names: %s", (header) => {
  const { questions, columns } = readQuestions(`${header}\n${mars.replaceAll(",", ";")};A;Hard;Space\n`);
  expect(questions).toEqual([
    {
      ...{ line: 2, question: "Which planet is called the red one?", answerIndex: 0 },
      options: ["Mars", "Venus", "Saturn", "Uranus"],
      ...{ category: "Space", difficulty: "HARD", explanation: null, attribution: null },
    },
  ]);
  expect(columns.map(({ field }) => field)).not.toContain(null);
});

test("an unknown column is shown with the field that it may be, and a missing one is an error with it", () => {
  const { columns } = readQuestions(`${HEADER},explnation,weight\n${mars},A,x,1\n`);
  expect(columns.slice(6)).toEqual([
    { name: "explnation", field: null, suggestion: "explanation" },
    { name: "weight", field: null, suggestion: null },
  ]);
  const error = refusal("qestion,option1,option2,option3,option4,answer\n");
  expect({ code: error.code, line: error.line, column: error.column, message: error.message }).toEqual({
    ...{ code: "COLUMN_MISSING", line: 1, column: null },
    message:
      'Line 1: The table has no column for question; it has "qestion", "option1", "option2", "option3", "option4", "answer". Is "qestion" the column question? Name it "question". Questions need the columns question, option1, option2, option3, option4 and answer.',
  });
  const mapping = { question: "Frage", answer: "Lösung" };
  const german = "Frage,option1,option2,option3,option4,Lösung\n";
  expect(readQuestions(`${german}${mars},A\n`, { mapping }).questions).toHaveLength(1);
});

test("each row with a fault is an issue with its line and its column, and the others are used", () => {
  const { questions, issues } = readQuestions(
    [
      `${HEADER},difficulty`,
      `${mars},A,easy`,
      `${mars},E,easy`,
      `"Which planet has\n""rings""?",Mars,Venus,Saturn,Uranus,C,easy`,
      `Who?,Mars,Venus,Saturn,Uranus,C,easy`,
      `Which planet is the hottest of all?,Mars,Venus,The Venus!,Uranus,B,easy`,
      `Which planet is the farthest of all?,Mars,Venus,,Uranus,B,easy`,
      `Which planet is the smallest of all?,Mars,Venus,Mercury,Uranus,C,so-so`,
      `which planet IS called the red one??,Mars,Pluto,Saturn,Uranus,A,easy`,
      `Which planet`,
    ].join("\n"),
  );
  expect(questions.map(({ line, question }) => [line, question])).toEqual([
    [2, "Which planet is called the red one?"],
    [4, 'Which planet has "rings"?'],
  ]);
  expect(issues.map(({ line, column, code }) => [line, column, code])).toEqual([
    [3, "answer", "ANSWER_UNKNOWN"],
    [6, "question", "QUESTION_TOO_SHORT"],
    [7, null, "OPTION_DUPLICATE"],
    [8, null, "OPTION_EMPTY"],
    [9, null, "DIFFICULTY_UNKNOWN"],
    [10, null, "DUPLICATE"],
    [11, null, "ROW_TOO_SHORT"],
  ]);
});

test("written questions are read again", () => {
  const attribution = { source: "Quiz (old) club", licence: "CC BY-SA 4.0", url: "https://example.com/a" };
  const { questions } = readQuestions(
    `${HEADER},explanation,category\n"Which sum is the greatest of these, in your head?",=1+1,+3,"-4, at least",@5,D,"It ""is"".",=Maths\n`,
  );
  const written = writeQuestions(questions.map((question) => ({ ...question, attribution })));
  expect(written.split("\r\n").slice(0, 2)).toEqual([
    "\u{feff}question,option1,option2,option3,option4,answer,category,difficulty,explanation,attribution",
    '"Which sum is the greatest of these, in your head?",\'=1+1,\'+3,"\'-4, at least",\'@5,D,\'=Maths,,"It ""is"".",Quiz (old) club (CC BY-SA 4.0) https://example.com/a',
  ]);
  expect(readQuestions(written).questions).toEqual([{ ...questions[0], attribution }]);
});
