import { createBankWriter } from "./bank-writer.ts";
import { createGeminiWriter, type GeminiSettings } from "./gemini-writer.ts";
import type { QuestionWriter } from "./question-writer.ts";

/** What writes questions: Gemini, or the built-in bank. */
export type QuestionSettings = { kind: "bank" } | ({ kind: "gemini" } & GeminiSettings);

export function createQuestionWriter(settings: QuestionSettings): QuestionWriter {
  return settings.kind === "bank" ? createBankWriter() : createGeminiWriter(settings);
}
