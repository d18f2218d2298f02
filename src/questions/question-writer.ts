/** The port to what writes questions: a model, or the bank. */
import type { Difficulty, Question, QuestionDraft } from "@reelay/questions";

export interface WriteRequest {
  topic: string;
  /** Null: mixed. */
  difficulty: Difficulty | null;
  /** Questions wanted; fewer or more may come. */
  count: number;
  /** BCP 47 tag. */
  language: string;
  /** Texts of questions that are not wanted again. */
  avoid: readonly string[];
  seed: number;
}

export interface Usage {
  inputTokens: number;
  outputTokens: number;
}

export interface Written {
  drafts: QuestionDraft[];
  usage: Usage;
  /** What stopped it before it had written all that it could; null: nothing. */
  error: QuestionWriterError | null;
}

/** Verdicts on questions that were answered without their options. */
export interface Verification {
  /** In the questions' order: null if both agree, else the other answer, "" if there was none. */
  disputes: (string | null)[];
  usage: Usage;
  /** Why there are no verdicts; null: there are. */
  error: QuestionWriterError | null;
}

export interface QuestionWriter {
  /** Stored with each set, e.g. `bank` or `gemini`. */
  readonly name: string;
  /** Name of the model; null without one. */
  readonly model: string | null;
  /** Throws `InvalidInputError` if it cannot write about the topic or in the language. */
  assertCanWrite(request: { topic: string; language: string; verify: boolean }): void;
  /** Cost of a use in US dollars; null if the prices are unknown. */
  costOf(usage: Usage): number | null;
  /** Never throws `QuestionWriterError`, but returns it with the usage so far. */
  write(request: WriteRequest, signal: AbortSignal): Promise<Written>;
  /**
   * Answers questions without seeing their options, and compares. Never throws `QuestionWriterError`. Absent:
   * it cannot.
   */
  verify?(questions: readonly Question[], language: string, signal: AbortSignal): Promise<Verification>;
}

/** Why no questions were written. */
export class QuestionWriterError extends Error {
  /** Stable, upper snake case. */
  readonly code: string;
  /** Whether asking once more may help. */
  readonly retriable: boolean;
  constructor(code: string, message: string, { retriable }: { retriable: boolean }) {
    super(message);
    this.code = code;
    this.retriable = retriable;
  }
}
