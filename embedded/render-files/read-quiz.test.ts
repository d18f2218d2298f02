import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { builtInTemplates, checkData, loadTemplate } from "@reelay/templates";
import { expect, onTestFinished, test } from "vitest";
import { StartError } from "../start-error.ts";
import { readCommand } from "./read-command.ts";

const example = resolve(import.meta.dirname, "../../examples/questions.csv");

async function csvOf(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "reelay-csv-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "quiz.csv"), text);
  return folder;
}

test("the example's twenty questions are one source, whose data fits the template", async () => {
  const { sources } = await readCommand([example], "/");
  const [source] = sources;
  if (source?.kind !== "quiz") throw new Error("A CSV is a quiz.");
  expect(source).toMatchObject({ name: "questions.csv", template: "quiz-classic", notes: [] });
  const { manifest } = await loadTemplate((await builtInTemplates()).get(source.template) ?? "");
  expect(checkData(manifest, source.data)).toMatchObject({ ok: true });
  const lines = (await readFile(example, "utf8")).trim().split("\n");
  expect((source.data as { questions: unknown[] }).questions).toHaveLength(lines.length - 1);
});

test("with --each-row the rows of a CSV are a batch, whatever their columns are", async () => {
  const folder = await csvOf('seconds;message\n3;"Go;\nnow"\n4\n');
  const { sources } = await readCommand(["--each-row", "--template", "countdown", "quiz.csv"], folder);
  expect(sources).toEqual([
    {
      kind: "rows",
      name: "quiz.csv",
      template: "countdown",
      path: join(folder, "quiz.csv"),
      sizeBytes: 30,
      csv: 'seconds;message\n3;"Go;\nnow"\n4\n',
      rows: 2,
    },
  ]);
  const open = await csvOf('a\n"open');
  await expect(readCommand(["--each-row", "quiz.csv"], open)).rejects.toThrow(/quiz\.csv: .*no quote closes/);
});

test.each([
  [
    "question,option1,option2,anser\nWho?,I,You,A\n",
    "quiz-classic",
    "quiz.csv, line 1: the column answer is missing. The template quiz-classic needs question, option1, option2 and answer, " +
      'and the first line has "question", "option1", "option2" and "anser". Rename "anser" to answer? ' +
      "Correct the first line, or choose another template with --template.",
  ],
  [
    "Text;Autor\nErkenne dich selbst;Thales\n",
    "quote",
    'quiz.csv, line 1: the column quote is missing. The template quote needs quote, and the first line has "Text" and "Autor". ' +
      "Correct the first line, or choose another template with --template.",
  ],
])(
  "with --each-row, a missing column is named before anything starts: %j",
  async (csv, template, problem) => {
    const folder = await csvOf(csv);
    await expect(readCommand(["--each-row", "--template", template, "quiz.csv"], folder)).rejects.toThrow(
      new StartError(problem),
    );
  },
);

test("with --each-row, columns of a template of the workspace are left to the API, which knows them", async () => {
  const folder = await csvOf("a,b\n1,2\n");
  const { sources } = await readCommand(["--each-row", "--template", "our-cards", "quiz.csv"], folder);
  expect(sources).toMatchObject([{ kind: "rows", template: "our-cards", rows: 1 }]);
});

test("rows that are no questions are left out with their lines, and a file without any is refused", async () => {
  const folder = await csvOf(
    "\uFEFFQuestion;OptionA;OptionB;OptionC;OptionD;Answer\nWhich is a planet?;Mars;Sun;Moon;Halley;a\nWhich is a star?;Mars;Sun;Moon;Halley;e\n",
  );
  const { sources } = await readCommand(["--template", "quiz-shorts", "quiz.csv"], folder);
  expect(sources).toMatchObject([
    {
      template: "quiz-shorts",
      data: {
        questions: [
          { question: "Which is a planet?", options: ["Mars", "Sun", "Moon", "Halley"], answerIndex: 0 },
        ],
      },
      notes: [expect.stringMatching(/^quiz\.csv, line 3, Answer: .* This row is left out\.$/)],
    },
  ]);
  const empty = await csvOf("question,answer\n");
  await expect(readCommand(["quiz.csv"], empty)).rejects.toThrow(/quiz\.csv: Line 1: .*option1/);
});
