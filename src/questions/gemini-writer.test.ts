import { expect, test, vi } from "vitest";
import { createGeminiWriter } from "./gemini-writer.ts";
import { SILENT, startGeminiServer } from "./testing/gemini-server.ts";
import { writeSet } from "./write-set.ts";

const apiKey = "test-key-that-is-secret";
const plan = {
  ...{ topic: "Planets", difficulty: null, count: 3, language: "en", seed: 5 },
  ...{ avoid: [] as string[], known: [] as { question: string; answer: string | null }[] },
  ...{ blocked: [] as string[], verify: false },
};
const never = new AbortController().signal;

async function generate(answers: readonly string[], changes: Partial<typeof plan> = {}, timeoutMs = 20_000) {
  await using server = await startGeminiServer(answers);
  const { baseUrl } = server;
  const writer = createGeminiWriter({ apiKey, model: "gemini-test", baseUrl, timeoutMs });
  const written = await writeSet(writer, { ...plan, ...changes }, never);
  return {
    ...written,
    questions: written.accepted.map(({ question, options, answerIndex }) => [question, options[answerIndex]]),
    codes: written.rejected.map(({ problem }) => problem.code),
    requests: server.requests,
  };
}

const red = ["Which planet is called the red one?", "Mars"];
const largest = ["Which planet is the largest of all?", "Jupiter"];
const side = ["Which planet rotates on its side?", "Uranus"];

test("questions are asked for as structured output and checked, and the tokens are counted", async () => {
  const set = await generate(["good"]);
  expect(set).toMatchObject({
    ...{ questions: [red, largest, side], codes: [], rounds: 1, error: null },
    usage: { inputTokens: 210, outputTokens: 790 },
    requests: [
      {
        ...{ path: "/v1beta/models/gemini-test:generateContent", key: apiKey },
        prompt: { topic: "Planets", difficulty: "mixed", language: "en", task: expect.stringContaining("4") },
      },
    ],
  });
  const again = await generate(["good"]);
  expect(again.accepted).toEqual(set.accepted);
  const other = await generate(["good"], { seed: 6 });
  expect(other.accepted).not.toEqual(set.accepted);
});

test.each([
  ["in a fence", ["fenced"], { questions: [red, largest, side], rounds: 1 }],
  ["with entries of another shape", ["wrong-shape", "good"], { questions: [red, largest, side], rounds: 2 }],
  [
    "with five options",
    ["five-options", "good"],
    { codes: ["OPTION_COUNT_INVALID", "DUPLICATE"], rounds: 2 },
  ],
  [
    "with two right options",
    ["two-right", "good"],
    { codes: ["ANSWER_COUNT_INVALID", "DUPLICATE"], rounds: 2 },
  ],
  ["with duplicates", ["duplicate", "good"], { codes: ["DUPLICATE", "SIMILAR", "DUPLICATE"], rounds: 2 }],
  ["that is empty", ["empty", "good"], { questions: [red, largest, side], rounds: 2 }],
  ["without candidates", ["no-candidates", "good"], { rounds: 2, error: null }],
  ["that is no JSON", ["no-json", "good"], { rounds: 2, error: null }],
  ["that is cut off", ["truncated", "good"], { questions: [red, largest, side], rounds: 1 }],
  ["that is overloaded", ["unavailable", "good"], { questions: [red, largest, side], rounds: 1 }],
])("an answer %s costs a request and no question", async (_title, answers, expected) => {
  const set = await generate(answers);
  expect(set).toMatchObject(expected);
  expect(set.accepted).toHaveLength(3);
});

test("a rejected question is not wanted again, and the next round asks for what is missing", async () => {
  const { requests, questions } = await generate(["good", "more"], { count: 7, avoid: ["What is a comet?"] });
  expect(questions).toHaveLength(7);
  expect(requests.map(({ prompt }) => prompt.task)).toEqual([
    expect.stringContaining(" 10 "),
    expect.stringContaining(" 3 "),
  ]);
  expect(requests[1]?.prompt.unwantedQuestions).toEqual([
    "What is a comet?",
    ...questions.slice(0, 5).map(([question]) => question),
  ]);
});

test("earlier questions of the topic and unwanted ones are rejected", async () => {
  const { codes, questions } = await generate(["good"], {
    count: 2,
    avoid: [`${red[0]}`],
    known: [{ question: "Which planet is largest of all?", answer: "Jupiter" }],
  });
  expect(questions).toEqual([side, ["Which planet has the shortest year?", "Mercury"]]);
  expect(codes).toEqual(["DUPLICATE", "DUPLICATE"]);
});

test("with a blocked word in it, a question is rejected, and another one is asked for", async () => {
  const set = await generate(["good"], { blocked: ["jupiter", "is called"], count: 2 });
  expect(set.questions).toEqual([side, ["Which planet has the shortest year?", "Mercury"]]);
  expect(set.codes).toEqual(["WORD_BLOCKED", "WORD_BLOCKED"]);
  expect(set.rejected[1]?.problem.message).toContain('"jupiter"');
});

test("questions are answered a second time without their options, and disputed ones are replaced", async () => {
  const agreed = await generate(["good", "answers-agree"], { verify: true });
  expect(agreed).toMatchObject({ questions: [red, largest, side], codes: [], rounds: 1, unverified: null });
  expect(agreed.accepted.every(({ isVerified }) => isVerified)).toBe(true);
  expect(agreed.usage).toEqual({ inputTokens: 310, outputTokens: 850 });
  expect(agreed.requests.map(({ toAnswer }) => toAnswer?.slice(0, 3) ?? null)).toEqual([
    null,
    [red[0], largest[0], side[0]],
  ]);

  const disputed = await generate(["good", "answers-disputed", "more", "answers-agree"], { verify: true });
  expect(disputed.codes.slice(0, 3)).toEqual(["DISPUTED", "DISPUTED", "DISPUTED"]);
  expect(disputed.rejected[0]?.problem.message).toContain('"Saturn" instead of "Jupiter"');
  expect(disputed.rejected[1]?.problem.message).toContain("no certain answer");
  expect(disputed.requests.length).toBeLessThanOrEqual(6);
  expect(disputed.questions).not.toContainEqual(largest);
  const texts = disputed.requests[2]?.prompt.unwantedQuestions;
  expect(texts).toEqual(expect.arrayContaining([largest[0], side[0]]));
});

test.each([
  ["blocked-answer", "ANSWER_BLOCKED"],
  ["no-json", "ANSWER_INVALID"],
  ["good", "ANSWER_INVALID"],
  ["quota-day", "SERVICE_QUOTA_EXCEEDED"],
])("without a second answer (%s) questions are kept as not verified, with the reason", async (name, code) => {
  const set = await generate(["good", name], { verify: true });
  expect(set).toMatchObject({ questions: [red, largest, side], error: null, unverified: { code } });
  expect(set.accepted.some(({ isVerified }) => isVerified)).toBe(false);
  expect(set.requests).toHaveLength(2);
});

test("a busy service is asked again after the pause that it names", async () => {
  const { requests, questions } = await generate(["quota-minute", "good"]);
  expect(questions).toHaveLength(3);
  const [first, second] = requests;
  expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThan(300);
});

test.each([
  ["blocked-prompt", "ANSWER_BLOCKED", false, 1],
  ["blocked-answer", "ANSWER_BLOCKED", false, 1],
  ["invalid-key", "KEY_REFUSED", false, 1],
  ["unknown-model", "MODEL_UNKNOWN", false, 1],
  ["quota-day", "SERVICE_QUOTA_EXCEEDED", true, 3],
  ["no-json", "ANSWER_INVALID", true, 3],
])("with the answer %s the set fails with %s", async (name, code, retriable, requests) => {
  const set = await generate([name]);
  expect(set).toMatchObject({ accepted: [], error: { code, retriable } });
  expect(set.error?.message).not.toContain(apiKey);
  expect(set.requests).toHaveLength(requests);
});

test("a service that does not answer, or is not there, is an error", async () => {
  expect(await generate([SILENT], {}, 50)).toMatchObject({ accepted: [], error: { code: "ANSWER_LATE" } });
  const gone = createGeminiWriter({ apiKey, model: "m", baseUrl: "http://127.0.0.1:1" });
  expect(await writeSet(gone, plan, never)).toMatchObject({ error: { code: "SERVICE_UNREACHABLE" } });
});

test("too few questions are kept with the reason, and nothing is printed", async () => {
  const printed = (["debug", "log", "warn", "error"] as const).map((name) => vi.spyOn(console, name));
  const set = await generate(["duplicate"], { count: 2 });
  expect(set).toMatchObject({
    questions: [red],
    rounds: 3,
    error: { code: "TOO_FEW_ACCEPTED", message: expect.stringContaining("1 of 2 questions") },
  });
  for (const spy of printed) expect(spy).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});
