import { difficulties, type QuestionDraft } from "@reelay/questions";
import { z } from "zod";
import { QuestionWriterError } from "./question-writer.ts";

const FENCE = "```";
/** Characters of a text that are kept, to show what was rejected. */
const KEPT_LENGTH = 1_000;
const MAX_OPTIONS = 10;

const text = z.string().transform((value) => value.slice(0, KEPT_LENGTH));
const WrittenQuestion = z.object({
  question: text,
  options: z.array(z.object({ text, isRight: z.boolean() })).max(MAX_OPTIONS),
  difficulty: z.enum(difficulties).nullish().catch(null),
  explanation: text.nullish().catch(null),
});
const Answer = z.object({ questions: z.array(z.unknown()).max(200) });

/** What of a model's answer matters. */
export interface ModelAnswer {
  text: string;
  /** Why the model ended, e.g. `STOP`, `MAX_TOKENS` or `SAFETY`; null if it says nothing. */
  finishReason: string | null;
  /** Why the request was refused; null if it was not. */
  blockReason: string | null;
}

const finished = new Set(["STOP", "MAX_TOKENS", "FINISH_REASON_UNSPECIFIED"]);

/**
 * Drafts of an answer, also of one in a Markdown fence. Entries of another shape are left out.
 *
 * Throws `QuestionWriterError`: `ANSWER_BLOCKED`, `ANSWER_EMPTY`, `ANSWER_TRUNCATED`, `ANSWER_INVALID`. Pure.
 */
export function readGeminiAnswer(answer: ModelAnswer, topic: string): QuestionDraft[] {
  const entries = Answer.safeParse(readAnswerJson(answer));
  if (!entries.success)
    throw fail("ANSWER_INVALID", "Gemini's answer is no list of questions. Try again.", true);
  const drafts = entries.data.questions.flatMap((entry) => {
    const read = WrittenQuestion.safeParse(entry);
    return read.success ? [toDraft(read.data, topic)] : [];
  });
  if (drafts.length === 0) throw fail("ANSWER_EMPTY", "Gemini's answer has no questions. Try again.", true);
  return drafts;
}

/**
 * The JSON of an answer, also of one in a Markdown fence.
 *
 * Throws `QuestionWriterError`: `ANSWER_BLOCKED`, `ANSWER_EMPTY`, `ANSWER_TRUNCATED`, `ANSWER_INVALID`. Pure.
 */
export function readAnswerJson({ text, finishReason, blockReason }: ModelAnswer): unknown {
  const reason = blockReason ?? (finished.has(finishReason ?? "STOP") ? null : finishReason);
  if (reason !== null)
    throw fail(
      "ANSWER_BLOCKED",
      `Gemini refused to answer (${reason}). Describe the topic in another way.`,
      false,
    );
  if (text.trim() === "") throw fail("ANSWER_EMPTY", "Gemini's answer is empty. Try again.", true);
  const value = parse(withoutFence(text.trim()));
  if (value !== undefined) return value;
  throw finishReason === "MAX_TOKENS"
    ? fail("ANSWER_TRUNCATED", "Gemini's answer was cut off. Ask for fewer questions.", true)
    : fail("ANSWER_INVALID", "Gemini's answer is no JSON. Try again.", true);
}

/** The content of a Markdown fence, which names a language. */
const withoutFence = (text: string): string =>
  text.startsWith(FENCE) && text.endsWith(FENCE)
    ? text.slice(FENCE.length, -FENCE.length).replace(/^[a-z]*/i, "")
    : text;

const fail = (code: string, message: string, retriable: boolean): QuestionWriterError =>
  new QuestionWriterError(code, message, { retriable });

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const toDraft = (
  { question, options, difficulty, explanation }: z.infer<typeof WrittenQuestion>,
  topic: string,
): QuestionDraft => ({
  question,
  options: options.map((option) => option.text),
  rightOptions: options.flatMap(({ isRight }, index) => (isRight ? [index] : [])),
  category: topic,
  difficulty: difficulty ?? null,
  explanation: explanation ?? null,
  attribution: null,
});
