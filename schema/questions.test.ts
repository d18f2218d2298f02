/** Question sets, as clients generate, import, review, export and delete them. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { workbookOf } from "../packages/tables/testing/workbook.ts";
import { encodeGlobalId, keyOf } from "../src/inputs/global-id.ts";
import { createBankWriter } from "../src/questions/bank-writer.ts";
import { createGeminiWriter } from "../src/questions/gemini-writer.ts";
import { generateDue, readQuizData, startGenerator } from "../src/questions/index.ts";
import { SILENT, startGeminiServer } from "../src/questions/testing/gemini-server.ts";
import { eventually } from "../tests/kit/index.ts";
import { createTestApi, type TestApi } from "./testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const QUESTION = `id status rejection { code reason } question options answerIndex category difficulty explanation isVerified line
  attribution { source licence url }`;
const SET = `__typename ... on QuestionSet {
    id topic difficulty language origin status requested seed counts { accepted rejected verified }
    generation { generator model rounds inputTokens outputTokens costUsd }
    issues { line column code message } error { code retriable } endedAt
    questions(first: 100) { totalCount nodes { ${QUESTION} } }
  }
  ... on Error { code message }`;
const specific = {
  generateQuestions: "... on InvalidInputError { field } ... on QuotaExceededError { quota limit used }",
  importQuestions: "... on InvalidInputError { field } ... on InvalidTableError { field line column }",
} as const;

async function mutate(name: string, input: object, token: string | undefined, selection: string) {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const document = `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} } }`;
  const { data, errors } = await api.ask(document, { input }, token);
  expect(errors).toBeUndefined();
  return data[name];
}
const change = (name: string, input: object, token?: string) =>
  mutate(
    name,
    input,
    token,
    `__typename ... on Question { ${QUESTION} } ${name === "verifyQuestion" ? "" : "... on InvalidInputError { field }"} ... on Error { code message }`,
  );
const generate = (input: object, token?: string) =>
  mutate(
    "generateQuestions",
    { topic: "History", count: 3, waitMs: 0, ...input },
    token,
    `${SET} ${specific.generateQuestions}`,
  );
const read = async (id: string, token?: string) =>
  (
    await api.ask(
      `query ($id: ID!) { questionSet(id: $id) { ${SET.replace(/\.\.\. on Error .*/, "")} } }`,
      { id },
      token,
    )
  ).data.questionSet;
const log = { info: () => undefined, warn: () => undefined };
const work = (writer = createBankWriter()) => generateDue({ db: api.db, clock: api.clock, log, writer });

const HEADER = "question,option1,option2,option3,option4,answer,difficulty,explanation";
const csv = [
  HEADER,
  "Which planet is called the red one?,Mars,Venus,Saturn,Uranus,A,easy,Iron.",
  "Which planet is the hottest of all?,Mars,Venus,the Venus,Uranus,B,,",
  "Which planet is the farthest of all?,=Neptune,Venus",
].join("\n");
const importCsv = (input: object = {}, token?: string) =>
  mutate(
    "importQuestions",
    { topic: "Planets", source: { csv }, ...input },
    token,
    `${SET} ${specific.importQuestions}`,
  );

test("questions of the bank are dealt by the seed, and another set of the topic has others", async () => {
  const first = await generate({ difficulty: "EASY", seed: 7, idempotencyKey: "one" });
  expect(first).toMatchObject({ status: "GENERATING", requested: 3, seed: 7, endedAt: null, error: null });
  expect(await work()).toBe(1);
  const set = await read(first.id);
  expect(set).toMatchObject({
    ...{ topic: "History", difficulty: "EASY", language: "en", origin: "GENERATED", status: "READY" },
    counts: { accepted: 3, rejected: 0, verified: 0 },
    generation: { generator: "bank", model: null, rounds: 1, inputTokens: 0, outputTokens: 0, costUsd: 0 },
    ...{ issues: [], error: null, endedAt: api.clock().toISOString() },
  });
  expect(set.questions.nodes).toHaveLength(3);
  for (const question of set.questions.nodes)
    expect(question).toMatchObject({
      status: "ACCEPTED",
      category: "History",
      isVerified: false,
      line: null,
    });
  expect((await generate({ difficulty: "EASY", seed: 7, idempotencyKey: "one" })).id).toBe(first.id);

  const other = await generate({ difficulty: "EASY", seed: 7 });
  await work();
  const texts = (one: { questions: { nodes: { question: string }[] } }) =>
    one.questions.nodes.map(({ question }) => question);
  const others = texts(await read(other.id));
  expect(others).toHaveLength(3);
  expect(texts(set).filter((text) => others.includes(text))).toEqual([]);
  const short = await generate({ difficulty: "EASY", count: 50 });
  await work();
  expect(await read(short.id)).toMatchObject({
    status: "READY",
    counts: { accepted: 5 },
    issues: [{ code: "BANK_EXHAUSTED" }],
  });
  const none = await generate({ difficulty: "EASY" });
  await work();
  expect(await read(none.id)).toMatchObject({ status: "FAILED", error: { code: "BANK_EXHAUSTED" } });
  const events = await api.db.event.findMany({ orderBy: { id: "asc" } });
  expect(events.map(({ type }) => type)).toEqual([
    ...["questions.ready", "questions.ready", "questions.ready", "questions.failed"],
  ]);
  expect(events[0]?.data).toEqual({ questionSetId: first.id });
});

test.each([
  [{ topic: " " }, "TOPIC_INVALID", "topic"],
  [{ topic: "x".repeat(81) }, "TOPIC_INVALID", "topic"],
  [{ topic: "Hist\u0000ory" }, "TOPIC_INVALID", "topic"],
  [{ topic: "Knitting" }, "TOPIC_NOT_IN_BANK", "topic"],
  [{ language: "fr" }, "LANGUAGE_NOT_IN_BANK", "language"],
  [{ language: "?" }, "LANGUAGE_INVALID", "language"],
  [{ count: 0 }, "COUNT_INVALID", "count"],
  [{ count: 51 }, "COUNT_INVALID", "count"],
  [{ avoid: ["x".repeat(201)] }, "AVOID_INVALID", "avoid"],
  [{ seed: -1 }, "SEED_INVALID", "seed"],
  [{ waitMs: 30_001 }, "WAIT_INVALID", "waitMs"],
])("generating with %j is refused", async (input, code, field) => {
  expect(await generate(input)).toMatchObject({ __typename: "InvalidInputError", code, field });
});

test("a model's set has its tokens and cost, and neither key nor prompt is logged", async () => {
  await using server = await startGeminiServer(["two-right", "good"]);
  const apiKey = "a-key-that-is-secret";
  const prices = { input: 1, output: 2 };
  const writer = createGeminiWriter({ apiKey, model: "gemini-test", baseUrl: server.baseUrl, prices });
  const { id } = await api.db.questionSet.create({
    data: {
      ...{ workspaceId: api.ours.id, topic: "A secret topic", language: "en", count: 5, seed: 1 },
      ...{ origin: "GENERATED", status: "GENERATING" },
    },
  });
  const lines: unknown[] = [];
  const note = (...parts: unknown[]) => void lines.push(parts);
  expect(await generateDue({ ...api, log: { info: note, warn: note }, writer })).toBe(1);
  const key = Buffer.from(`QuestionSet:${id}`).toString("base64url");
  expect(await read(key)).toMatchObject({
    status: "READY",
    counts: { accepted: 5, rejected: 2 },
    generation: {
      ...{ generator: "gemini", model: "gemini-test", rounds: 2, inputTokens: 420, outputTokens: 1_580 },
      costUsd: 0.00358,
    },
  });
  const logged = JSON.stringify([lines, api.logged]);
  expect(logged).toContain("questions.generated");
  for (const secret of [apiKey, "secret topic", "Which planet"]) expect(logged).not.toContain(secret);
});

test("a set whose process ended is taken over, three times at most, and a late result changes nothing", async () => {
  const { id } = await generate({ topic: "Science" });
  const where = { id: keyOf("QuestionSet", id) ?? "" };
  const lost = { attempts: 1, leaseUntil: new Date(api.clock().getTime() + 150_000) };
  await api.db.questionSet.update({ where, data: lost });
  expect(await work()).toBe(0);
  api.advance(150_001);
  let isTakenOver = false;
  const slow = createBankWriter();
  const taking = generateDue({
    ...{ db: api.db, clock: api.clock, log },
    writer: {
      ...slow,
      async write(request, signal) {
        if (!isTakenOver) {
          isTakenOver = true;
          api.advance(150_001);
          await work();
        }
        return slow.write(request, signal);
      },
    },
  });
  await taking;
  expect(await read(id)).toMatchObject({ status: "READY", counts: { accepted: 3 } });

  const hopeless = await generate({ topic: "Science" });
  await api.db.questionSet.update({
    where: { id: keyOf("QuestionSet", hopeless.id) ?? "" },
    data: { attempts: 3, leaseUntil: new Date(api.clock().getTime() - 1) },
  });
  await work();
  expect(await read(hopeless.id)).toMatchObject({
    ...{ status: "FAILED", error: { code: "GENERATION_ABANDONED", retriable: true } },
  });
});

test("the generator generates what is requested, and gives back what it has not ended", async () => {
  await using server = await startGeminiServer([SILENT]);
  const common = { db: api.db, databaseUrl: api.databaseUrl, clock: api.clock, log: api.log };
  const stuck = await generate({ topic: "Nature" });
  const silent = createGeminiWriter({ apiKey: "key", model: "m", baseUrl: server.baseUrl });
  {
    await using _generator = await startGenerator({ ...common, writer: silent });
    await eventually(() => expect(server.requests).toHaveLength(1), "the model is asked");
  }
  const row = await api.db.questionSet.findUniqueOrThrow({
    where: { id: keyOf("QuestionSet", stuck.id) ?? "" },
  });
  expect(row).toMatchObject({ status: "GENERATING", attempts: 0, leaseUntil: null });
  await using _generator = await startGenerator({ ...common, writer: createBankWriter() });
  expect(await generate({ topic: "Nature", waitMs: 30_000 })).toMatchObject({ status: "READY" });
  await eventually(async () => expect((await read(stuck.id)).status).toBe("READY"), "the set is taken over");
});

test("an import has accepted and rejected questions, issues, and an export that is imported again", async () => {
  const set = await importCsv();
  expect(set).toMatchObject({
    ...{ topic: "Planets", origin: "IMPORTED", status: "READY", requested: 2, generation: null },
    counts: { accepted: 1, rejected: 1 },
    issues: [{ line: 4, column: null, code: "ROW_TOO_SHORT" }],
    questions: {
      totalCount: 2,
      nodes: [
        {
          ...{ status: "ACCEPTED", options: ["Mars", "Venus", "Saturn", "Uranus"], answerIndex: 0, line: 2 },
          ...{ difficulty: "EASY", explanation: "Iron.", rejection: null, attribution: null },
        },
        {
          ...{ status: "REJECTED", line: 3 },
          rejection: { code: "OPTION_DUPLICATE", reason: expect.stringContaining("Venus") },
        },
      ],
    },
  });
  const { data } = await api.ask(
    "query ($id: ID!) { exportQuestions(id: $id) }",
    { id: set.id },
    api.ours.read,
  );
  expect(data.exportQuestions).toContain("Which planet is called the red one?,Mars,Venus,Saturn,Uranus,A,");
  expect(await importCsv({ source: { csv: data.exportQuestions } })).toMatchObject({
    counts: { accepted: 1, rejected: 0 },
    issues: [],
  });
  const { data: page } = await api.ask(
    `query ($id: ID!) { questionSet(id: $id) { questions(first: 1, status: REJECTED) { totalCount nodes { line } }
      all: questions(first: 1) { pageInfo { endCursor } } } questionSets(first: 100) { nodes { id } } }`,
    { id: set.id },
  );
  expect(page.questionSet.questions).toEqual({ totalCount: 1, nodes: [{ line: 3 }] });
  expect(page.questionSets.nodes).toContainEqual({ id: set.id });
  const after = page.questionSet.all.pageInfo.endCursor;
  const { data: next } = await api.ask(
    "query ($id: ID!, $after: String) { questionSet(id: $id) { questions(after: $after) { nodes { line } } } }",
    { id: set.id, after },
  );
  expect(next.questionSet.questions.nodes).toEqual([{ line: 3 }]);
});

test("questions of the Open Trivia Database keep their attribution, and columns may be named", async () => {
  const entry = {
    ...{ question: "Which &quot;planet&quot; is the red one?", correct_answer: "Mars", difficulty: "easy" },
    incorrect_answers: ["Venus", "Saturn", "Uranus"],
  };
  const json = JSON.stringify({ response_code: 0, results: [entry, {}] });
  expect(await importCsv({ source: { json } })).toMatchObject({
    issues: [{ line: null, code: "ENTRY_INVALID" }],
    questions: {
      nodes: [
        {
          question: 'Which "planet" is the red one?',
          attribution: { source: "Open Trivia Database", licence: "CC BY-SA 4.0" },
        },
      ],
    },
  });
  const renamed = csv.replace("question,", "Frage,").replace("explanation", "explnation");
  const columns = [{ field: "QUESTION", column: "frage" }];
  expect(await importCsv({ source: { csv: renamed }, columns })).toMatchObject({
    counts: { accepted: 1 },
    issues: [
      {
        line: 1,
        column: "explnation",
        code: "COLUMN_UNUSED",
        message: expect.stringContaining("explanation"),
      },
      { code: "ROW_TOO_SHORT" },
    ],
  });
});

test.each([
  [{ csv: `${HEADER}\n"Who` }, "QUOTES_INVALID", 2, 1],
  [{ csv: "Frage;Antwort\n" }, "COLUMN_MISSING", 1, null],
  [{ csv: "" }, "TABLE_EMPTY", null, null],
  [{ json: "{" }, "JSON_INVALID", null, null],
])("an import of %j is refused with its place", async (source, code, line, column) => {
  expect(await importCsv({ source })).toMatchObject({
    ...{ __typename: "InvalidTableError", code, line, column },
    field: `source.${Object.keys(source)[0]}`,
  });
});

test("a workbook or a large CSV is imported from a material, and refused with its field and place", async () => {
  const upload = async (filename: string, content: Uint8Array, contentType: string) => {
    const objectKey = `materials/${filename}/file`;
    await api.store.put(objectKey, Buffer.from(content));
    const stored = {
      status: "READY",
      kind: "TABLE",
      sizeBytes: content.length,
      sha256: "d".repeat(64),
    } as const;
    const sent = { uploadProtocol: "TUS", uploadExpiresAt: new Date(), receivedAt: new Date() } as const;
    const { id } = await api.db.material.create({
      data: { workspaceId: api.ours.id, filename, contentType, objectKey, ...stored, ...sent },
    });
    return encodeGlobalId("Material", id);
  };
  const xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
  const rows = csv.split("\n").map((line) => line.split(","));
  const workbook = await upload("planets.xlsx", workbookOf(rows), xlsx);
  expect(await importCsv({ source: { material: workbook } })).toMatchObject({
    ...{ __typename: "QuestionSet", counts: { accepted: 1 } },
    questions: {
      nodes: expect.arrayContaining([
        expect.objectContaining({ line: 2, question: "Which planet is called the red one?" }),
      ]),
    },
  });
  const large = `${csv}\n${Array.from({ length: 200 }, (_, at) => `Which is number ${at} of all?,a,b,c,d,A,,${"x".repeat(8_000)}`).join("\n")}`;
  const file = await upload("large.csv", Buffer.from(large), "text/csv");
  expect(await importCsv({ source: { material: file } })).toMatchObject({
    __typename: "QuestionSet",
    counts: { rejected: 201 },
  });
  const open = await upload("open.csv", Buffer.from(`${HEADER}\n"Who`), "text/csv");
  const place = { field: "source.material", line: 2, column: 1 };
  expect(await importCsv({ source: { material: open } })).toMatchObject({ code: "QUOTES_INVALID", ...place });
  expect(await importCsv({ source: { material: "nothing" } })).toMatchObject({
    ...{ code: "MATERIAL_NOT_FOUND", field: "source.material" },
  });
  const others = await importCsv({ source: { material: workbook } }, api.theirs.write);
  expect(others).toMatchObject({ code: "MATERIAL_NOT_FOUND" });
});

test("words that a workspace blocks are in no question of it, however it is made", async () => {
  const block = async (blockedWords: string[], token = api.ours.admin) =>
    await mutate(
      "updateWorkspace",
      { blockedWords },
      token,
      "__typename ... on Workspace { blockedWords } ... on InvalidInputError { field } ... on Error { code message }",
    );
  expect(await block(["Venus"], api.ours.write)).toMatchObject({ code: "FORBIDDEN" });
  for (const words of [["x".repeat(61)], ["?!"], [""], Array.from({ length: 501 }, (_, at) => `word ${at}`)])
    expect(await block(words)).toMatchObject({ code: "BLOCKED_WORDS_INVALID", field: "blockedWords" });
  expect(await block(["  Red   one ", "Red one"])).toMatchObject({ blockedWords: ["Red one"] });
  const set = await importCsv();
  const [blocked, other] = set.questions.nodes;
  expect(blocked).toMatchObject({
    ...{ status: "REJECTED", line: 2 },
    rejection: { code: "WORD_BLOCKED", reason: expect.stringContaining('"Red one"') },
  });
  expect(await change("acceptQuestion", { id: blocked.id })).toMatchObject({
    ...{ code: "WORD_BLOCKED", field: "question" },
  });
  const options = ["Mars", "Venus", "Mercury", "the RED ONE"];
  expect(await change("updateQuestion", { id: other.id, options })).toMatchObject({ code: "WORD_BLOCKED" });
  const theirs = await importCsv({}, api.theirs.all);
  expect(theirs.counts).toEqual({ accepted: 1, rejected: 1, verified: 0 });
  await mutate("deleteQuestionSet", { id: theirs.id }, api.theirs.all, "__typename");
  expect(await block([])).toMatchObject({ blockedWords: [] });
  expect(await change("acceptQuestion", { id: blocked.id })).toMatchObject({ status: "ACCEPTED" });
});

test("a set that is verified tells which questions two answers agree on, and what both cost", async () => {
  expect(await generate({ topic: "Arts", verify: true })).toMatchObject({
    ...{ code: "VERIFICATION_UNAVAILABLE", field: "verify" },
  });
  await using server = await startGeminiServer(["good", "answers-agree"]);
  const settings = { apiKey: "k", model: "m", baseUrl: server.baseUrl, prices: { input: 1, output: 10 } };
  const { id } = await api.db.questionSet.create({
    data: {
      ...{ workspaceId: api.ours.id, topic: "Space", language: "en", count: 2, seed: 1, avoid: [] },
      ...{ origin: "GENERATED", status: "GENERATING", verify: true, createdAt: api.clock() },
    },
  });
  await work(createGeminiWriter(settings));
  const set = await read(encodeGlobalId("QuestionSet", id));
  expect(set).toMatchObject({
    ...{ counts: { verified: 2 }, generation: { inputTokens: 310, outputTokens: 850, costUsd: 0.00881 } },
    questions: { nodes: [{ isVerified: true }, { isVerified: true }] },
  });
  await api.db.questionSet.delete({ where: { id } });
});

test("people edit, verify, reject and accept questions, and the checks hold for them, too", async () => {
  const { questions } = await importCsv();
  const [good, bad] = questions.nodes;
  expect(await change("verifyQuestion", { id: good.id })).toMatchObject({ isVerified: true });
  expect(await change("verifyQuestion", { id: bad.id })).toMatchObject({ code: "QUESTION_REJECTED" });
  expect(await change("acceptQuestion", { id: bad.id })).toMatchObject({
    code: "OPTION_DUPLICATE",
    field: "options",
  });
  const options = ["Mars", "Venus", "Mercury", "Uranus"];
  expect(await change("updateQuestion", { id: bad.id, options, explanation: "Its air." })).toMatchObject({
    ...{ status: "ACCEPTED", rejection: null, options, answerIndex: 1, explanation: "Its air." },
    question: bad.question,
  });
  expect(await change("updateQuestion", { id: good.id, explanation: null })).toMatchObject({
    ...{ explanation: null, isVerified: false, difficulty: "EASY" },
  });
  expect(
    await change("updateQuestion", {
      id: good.id,
      question: "Which planet is the HOTTEST of all?",
      answerIndex: 1,
    }),
  ).toMatchObject({ code: "DUPLICATE", field: "question" });
  expect(await change("updateQuestion", { id: good.id, answerIndex: 4 })).toMatchObject({
    ...{ __typename: "InvalidInputError", code: "ANSWER_COUNT_INVALID", field: "answerIndex" },
  });
  expect(await change("rejectQuestion", { id: good.id, reason: "Boring" })).toMatchObject({
    status: "REJECTED",
    rejection: { code: "REJECTED_BY_REVIEWER", reason: "Boring" },
  });
  expect(await change("rejectQuestion", { id: good.id, reason: "x".repeat(501) })).toMatchObject({
    code: "REASON_INVALID",
  });
  expect(await change("acceptQuestion", { id: good.id })).toMatchObject({
    status: "ACCEPTED",
    rejection: null,
  });
});

test("a set becomes the data of a quiz template", async () => {
  const set = await importCsv();
  const questionSetId = keyOf("QuestionSet", set.id) ?? "";
  const own = { workspaceId: api.ours.id };
  const [good] = set.questions.nodes;
  expect(await readQuizData(api.db, own, { questionSetId })).toEqual({
    ...{ title: "Planets", language: "en" },
    questions: [
      {
        ...{ id: keyOf("Question", good.id), question: good.question, options: good.options, answerIndex: 0 },
        explanation: "Iron.",
      },
    ],
  });
  await change("rejectQuestion", { id: good.id });
  const empty = readQuizData(api.db, own, { questionSetId });
  await expect(empty).rejects.toMatchObject({ code: "QUESTION_SET_EMPTY" });
  const others = readQuizData(api.db, { workspaceId: api.theirs.id }, { questionSetId });
  await expect(others).rejects.toMatchObject({ code: "QUESTION_SET_NOT_FOUND" });
  const pending = keyOf("QuestionSet", (await generate({})).id) ?? "";
  await expect(readQuizData(api.db, own, { questionSetId: pending })).rejects.toMatchObject({
    code: "QUESTION_SET_NOT_READY",
  });
  await api.db.questionSet.deleteMany({ where: { status: "GENERATING" } });
});

const VIDEO = `__typename ... on Video { id source { data composition { template questionSet { id topic } } } }
  ... on InvalidInputError { field } ... on Error { code message }`;
const READ_VIDEO = `query ($id: ID!) { video(id: $id) { source { data composition { questionSet { id } } } } }`;

test("a video of a set shows its accepted questions, and stays as it is without the set", async () => {
  const set = await importCsv();
  const [good] = set.questions.nodes;
  const create = (template: object, token?: string) => {
    const source = { template: { template: "quiz-shorts", ...template } };
    return mutate("createVideo", { title: "Quiz", source }, token, VIDEO);
  };
  const { id, source } = await create({ questionSet: set.id });
  const question = { id: keyOf("Question", good.id), question: good.question, options: good.options };
  expect(source).toMatchObject({
    data: { title: "Planets", language: "en", timerSeconds: 5, questions: [question] },
    composition: { template: "quiz-shorts", questionSet: { id: set.id, topic: "Planets" } },
  });
  const field = "source.template.questionSet";
  const data = { questions: [] };
  expect(await create({})).toMatchObject({ code: "SOURCE_INVALID", field: "source.template" });
  expect(await create({ data, questionSet: set.id })).toMatchObject({ code: "SOURCE_INVALID" });
  expect(await create({ template: "quote", questionSet: set.id })).toMatchObject({
    ...{ code: "QUESTION_SET_UNSUITABLE", field },
  });
  const notFound = { code: "QUESTION_SET_NOT_FOUND", field };
  expect(await create({ questionSet: set.id }, api.theirs.all)).toMatchObject(notFound);
  expect(await create({ questionSet: good.id })).toMatchObject(notFound);
  const pending = (await generate({})).id;
  expect(await create({ questionSet: pending })).toMatchObject({ code: "QUESTION_SET_NOT_READY" });
  await api.db.questionSet.deleteMany({ where: { status: "GENERATING" } });
  await change("rejectQuestion", { id: good.id });
  expect(await create({ questionSet: set.id })).toMatchObject({ code: "QUESTION_SET_EMPTY" });
  await mutate("deleteQuestionSet", { id: set.id }, undefined, "__typename");
  expect((await api.ask(READ_VIDEO, { id })).data.video.source).toEqual({
    data: source.data,
    composition: { questionSet: null },
  });
});

test("another workspace sees and changes nothing, and each change needs the scope WRITE", async () => {
  const set = await importCsv();
  const [{ id }] = set.questions.nodes;
  expect(await read(set.id, api.theirs.all)).toBeNull();
  const { data } = await api.ask(
    "query ($ids: [ID!]!, $id: ID!) { nodes(ids: $ids) { id } exportQuestions(id: $id) questionSets { nodes { id } } }",
    { ids: [set.id, id], id: set.id },
    api.theirs.all,
  );
  expect(data).toEqual({ nodes: [null, null], exportQuestions: null, questionSets: { nodes: [] } });
  for (const name of ["updateQuestion", "verifyQuestion", "rejectQuestion", "acceptQuestion"]) {
    expect(await change(name, { id }, api.theirs.all)).toMatchObject({ code: "QUESTION_NOT_FOUND" });
    expect(await change(name, { id }, api.ours.read)).toMatchObject({ code: "FORBIDDEN" });
  }
  const remove = (token: string) =>
    mutate(
      "deleteQuestionSet",
      { id: set.id },
      token,
      "... on DeletedQuestionSet { deletedId } ... on Error { code }",
    );
  expect(await remove(api.theirs.all)).toEqual({ code: "QUESTION_SET_NOT_FOUND" });
  expect(await remove(api.ours.read)).toEqual({ code: "FORBIDDEN" });
  expect(await generate({}, api.ours.read)).toMatchObject({ code: "FORBIDDEN" });
  expect(await importCsv({}, api.ours.read)).toMatchObject({ code: "FORBIDDEN" });
  expect((await read(set.id, api.ours.read)).counts).toEqual({ accepted: 1, rejected: 1, verified: 0 });
  expect(await remove(api.ours.write)).toEqual({ deletedId: set.id });
  expect(await api.db.question.count({ where: { id: keyOf("Question", id) ?? "" } })).toBe(0);
});

test("a workspace has a limited number of sets that are being generated", async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => generate({ topic: "Arts", count: 1 })));
  const refused = answers.filter(({ __typename }) => __typename === "QuotaExceededError");
  expect(refused).toHaveLength(2);
  expect(refused[0]).toMatchObject({ quota: "GENERATING_SETS", limit: 8, used: 8 });
  expect(await generate({ topic: "Arts" }, api.theirs.write)).toMatchObject({ status: "GENERATING" });
  expect(await work()).toBe(9);
});
