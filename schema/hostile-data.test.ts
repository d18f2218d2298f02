/** Data that attacks templates, databases and spreadsheets, as clients send it. */
import { builtInTemplates, loadTemplate } from "@reelay/templates";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  fieldsOf,
  forbiddenTexts,
  hostileTexts,
  withValue,
} from "../packages/templates/testing/hostile-data.ts";
import { workOnBatches } from "../src/batches/index.ts";
import { createTestContext } from "../src/testing/test-context.ts";
import { createTestApi, type TestApi } from "./testing/test-api.ts";

let api: TestApi;
let work: () => Promise<number>;
beforeAll(async () => {
  api = await createTestApi();
  const { db, log, store, clock } = api;
  const { operations } = createTestContext({ db, log, store, live: api.live, clock });
  work = () => workOnBatches(operations);
});
afterAll(() => api[Symbol.asyncDispose]());

const templates = await builtInTemplates();
const manifestOf = async (name: string) => (await loadTemplate(templates.get(name) ?? "")).manifest;

async function createVideo(template: string, data: object) {
  const { data: answer, errors } = await api.ask(
    `mutation ($input: CreateVideoInput!) { r: createVideo(input: $input) { __typename
      ... on Video { id } ... on Error { code message } ... on InvalidDataError { issues { path code message } } } }`,
    { input: { title: "Hostile", source: { template: { template, data } } } },
  );
  return { result: answer?.r, errors };
}

test.each([...templates.keys()])(
  "a video of %s is made of hostile texts in every field, and forbidden characters are refused with their place",
  async (name) => {
    const { data: schema, example } = await manifestOf(name);
    for (const field of fieldsOf(schema)) {
      for (const [what, text] of Object.entries({ ...hostileTexts, ...forbiddenTexts })) {
        const { result, errors } = await createVideo(name, withValue(example, field, text));
        const context = `${field} with ${what}`;
        expect(errors, context).toBeUndefined();
        const isForbidden = what in forbiddenTexts;
        if (result.__typename === "Video") {
          expect(isForbidden, context).toBe(false);
          continue;
        }
        expect([context, result]).toEqual([
          context,
          expect.objectContaining({ code: expect.stringMatching(/^[A-Z_]+$/), message: expect.any(String) }),
        ]);
        const [issue] = result.issues ?? [];
        if (issue) expect([context, issue.path]).toEqual([context, field]);
      }
    }
    expect(api.logged.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  },
  60_000,
);

const ROWS = `{ id status counts { total valid invalid } issues(first: 100) { totalCount nodes { line column code message } } }`;
const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;

async function makeBatch(template: string, csv: string) {
  const { data, errors } = await api.ask(
    "mutation ($input: CreateBatchInput!) { r: createBatch(input: $input) { __typename ... on Batch { id } ... on Error { code message } } }",
    { input: { template, source: { csv } } },
  );
  expect(errors).toBeUndefined();
  if (data.r.__typename !== "Batch") return data.r;
  await work();
  return (await api.ask(`query ($id: ID!) { batch(id: $id) ${ROWS} }`, { id: data.r.id })).data.batch;
}

interface Issue {
  line: number;
  column: string;
  code: string;
  message: string;
}

/** Columns with texts, and a value of each that is right. */
const tables: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "quiz-classic": {
    ...{ question: "Which one is right of all?", option1: "This", option2: "That", answer: "A" },
    ...{ explanation: "It is.", title: "Quiz", subtitle: "Of tests", outro: "The end" },
  },
  "quiz-shorts": { question: "Which one is right of all?", option1: "This", option2: "That", answer: "A" },
  quote: { quote: "Know yourself", author: "Thales", role: "Sage" },
  countdown: { title: "Start", message: "Go" },
  slideshow: { title: "One", text: "Two", narration: "Three" },
};

test.each(Object.entries(tables))(
  "a row of %s with a forbidden text has its line and column, and all others become videos",
  async (template, row) => {
    const columns = Object.keys(row);
    const lines = [columns.map(quoted).join(",")];
    const expected: { line: number; column: string }[] = [];
    // A zero character makes a file none of text.
    const { "a zero character": _none, "half a surrogate pair": _half, ...forbidden } = forbiddenTexts;
    for (const column of columns.filter((name) => name !== "answer")) {
      for (const text of [...Object.values(hostileTexts), ...Object.values(forbidden)]) {
        const number = lines.length;
        // Different rows, so that none is a duplicate.
        const own = {
          ...row,
          [columns[0] ?? ""]: `${row[columns[0] ?? ""]?.replace("?", "")} ${number}?`,
          [column]: text,
        };
        if (Object.values(forbidden).includes(text)) expected.push({ line: number + 1, column });
        lines.push(columns.map((name) => quoted(own[name as keyof typeof own] ?? "")).join(","));
      }
    }
    const batch = await makeBatch(template, lines.join("\n"));
    const found: Issue[] = batch.issues.nodes;
    expect(found.map(({ line, column }) => ({ line, column }))).toEqual(expected);
    expect(new Set(found.map(({ code }) => code))).toEqual(new Set(["TEXT_FORBIDDEN_CHARACTER"]));
    for (const { message } of found) expect(message).toMatch(/Remove/);
    expect(batch.counts).toMatchObject({ total: lines.length - 1, invalid: expected.length });

    const { data } = await api.ask("query ($id: ID!) { exportBatchRows(id: $id) }", { id: batch.id });
    expect(data.exportBatchRows).toContain("'=cmd|' /C calc'!A0");
    // The first character of a cell, in quotes or without.
    expect(data.exportBatchRows).not.toMatch(/(?:^|[,\r\n])"?[=+\-@\t＝＋－＠]/);
  },
  60_000,
);

test("a cell of a megabyte, and rows of other lengths, are issues of their rows", async () => {
  const lines = [
    "quote,author",
    "One,A",
    `${"x".repeat(1_000_000)},B`,
    "Two",
    "Three,C,D,E",
    "Four,F",
    `"Five\nlines",G,H`,
  ];
  const batch = await makeBatch("quote", lines.join("\n"));
  expect(batch).toMatchObject({
    ...{ status: "CHECKED", counts: { total: 6, valid: 2, invalid: 4 } },
    issues: {
      nodes: [
        {
          line: 3,
          column: "quote",
          code: "CELL_TOO_LONG",
          message: expect.stringMatching(/1000000 characters.*Shorten/),
        },
        { line: 4, column: null, code: "ROW_TOO_SHORT" },
        { line: 5, column: null, code: "ROW_TOO_LONG" },
        { line: 7, column: null, code: "ROW_TOO_LONG" },
      ],
    },
  });
});

test.each([
  ["a zero character", "quote\na\0b\n", "TEXT_INVALID"],
  ["half a surrogate pair", "quote\na\ud83db\n", "TEXT_INVALID"],
  ["a quote that nothing closes", 'quote\n"a\n', "QUOTES_INVALID"],
])("a table with %s is refused as a whole, with the remedy", async (_what, csv, code) => {
  expect(await makeBatch("quote", csv)).toMatchObject({ code, message: expect.stringMatching(/\w{4,}/) });
});
