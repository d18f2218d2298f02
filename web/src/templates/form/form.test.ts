import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { findEmpty } from "./find-empty.ts";
import { isEqual, setAt } from "./json.ts";
import { emptyValue, questionsOf, readFields, summaryOf, toLabel } from "./read-fields.ts";

const schemaOf = (name: string): unknown =>
  JSON.parse(
    readFileSync(
      new URL(`../../../../packages/templates/built-in/${name}/template.json`, import.meta.url),
      "utf8",
    ),
  ).data;

/** Each field as `name kind`, with what it contains. */
const outline = (fields: ReturnType<typeof readFields>): string[] =>
  fields.map(({ name, field }) => {
    const within =
      field.kind === "LIST"
        ? `[${field.item.kind === "GROUP" ? outline(field.item.fields).join(", ") : field.item.kind}]`
        : "";
    return `${name} ${field.kind}${within}${field.isRequired ? "!" : ""}`;
  });

test("the schemas of the built-in templates become forms without JSON in them", () => {
  expect(outline(readFields(schemaOf("quiz-classic")))).toEqual([
    ...["title TEXT", "subtitle TEXT", "language TEXT", "theme CHOICE", "timerSeconds NUMBER"],
    ...["speakOptions FLAG", "isNumbered FLAG", "outro TEXT"],
    "questions LIST[id TEXT, question TEXT!, options LIST[TEXT]!, answerIndex NUMBER!, explanation TEXT]!",
  ]);
  expect(outline(readFields(schemaOf("slideshow"))).at(-1)).toBe(
    "slides LIST[id TEXT, title TEXT, text TEXT, image TEXT, narration TEXT, seconds NUMBER]!",
  );
  for (const name of ["quiz-classic", "quiz-shorts"])
    expect(questionsOf(readFields(schemaOf(name)))?.name).toBe("questions");
  for (const name of ["slideshow", "quote", "countdown"])
    expect(questionsOf(readFields(schemaOf(name)))).toBeNull();
});

test("labels, limits and defaults come from the schema; what a form cannot show is JSON", () => {
  const fields = readFields({
    required: ["name"],
    properties: {
      name: { type: "string", title: "Full name", description: "As printed", maxLength: 500 },
      count: { type: "integer", minimum: 1, maximum: 9, default: 3 },
      any: { anyOf: [{ type: "string" }, { type: "number" }] },
      deep: { type: "object", additionalProperties: true },
    },
  });
  expect(fields.map(({ field }) => field)).toMatchObject([
    { kind: "TEXT", label: "Full name", hint: "As printed", isLong: true, maxLength: 500, isRequired: true },
    { kind: "NUMBER", label: "Count", minimum: 1, maximum: 9, initial: 3, isInteger: true },
    { kind: "JSON", label: "Any" },
    { kind: "JSON", label: "Deep" },
  ]);
  for (const schema of [null, [], "text", { properties: 7 }, { type: "string" }])
    expect(readFields(schema)).toEqual([]);
  expect(toLabel("isNumbered")).toBe("Numbered");
  expect(toLabel("timer_seconds")).toBe("Timer seconds");
});

test("a new item has its required fields and defaults", () => {
  const questions = questionsOf(readFields(schemaOf("quiz-classic")))?.field.item;
  expect(questions && emptyValue(questions)).toEqual({
    question: "",
    options: ["", "", "", ""],
    answerIndex: 0,
  });
  expect(questions && summaryOf(questions, { id: "7", question: "Why?" })).toBe("Why?");
  expect(questions && summaryOf(questions, { id: "7" })).toBeNull();
});

test("a value is set by its path, and everything beside it stays the same object", () => {
  const before = { title: "A", questions: [{ options: ["a", "b"] }, { options: ["c"] }] };
  const after = setAt(before, "/questions/0/options/1", "z") as typeof before;
  expect(after).toEqual({ title: "A", questions: [{ options: ["a", "z"] }, { options: ["c"] }] });
  expect(after.questions[1]).toBe(before.questions[1]);
  expect(setAt(before, "/title", undefined)).toEqual({ questions: before.questions });
  expect(setAt(before, "/questions/0", undefined)).toEqual({
    title: "A",
    questions: [before.questions[1]],
  });
  expect(setAt({}, "/a~1b/c", 1)).toEqual({ "a/b": { c: 1 } });
  expect(Object.keys(setAt({ a: 1, b: 2 }, "/a", 3) as object)).toEqual(["a", "b"]);
});

test("equality ignores the order of fields", () => {
  expect(isEqual({ a: [1, { b: 2 }], c: null }, { c: null, a: [1, { b: 2 }] })).toBe(true);
  for (const other of [{ a: 1 }, { a: 2, b: 1 }, [1], null, undefined])
    expect(isEqual({ a: 1, b: 2 }, other)).toBe(false);
});

test("required texts that are empty are found with their paths, and optional ones are not", () => {
  const fields = readFields(schemaOf("quiz-classic"));
  const question = { question: " ", options: ["a", ""], answerIndex: 0 };
  const valid = { question: "Why?", options: ["a", "b"], answerIndex: 1 };
  expect([...findEmpty(fields, { questions: [valid, question] }).keys()]).toEqual([
    "/questions/1/question",
    "/questions/1/options/1",
  ]);
  expect(findEmpty(fields, { questions: [valid] }).size).toBe(0);
  expect(findEmpty(fields, {}).size).toBe(0);
});
