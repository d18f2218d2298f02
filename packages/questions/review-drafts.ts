import { findBlockedWord } from "./blocked-words.ts";
import { checkQuestion } from "./check-question.ts";
import { createDuplicateFinder, type KnownQuestion } from "./find-duplicates.ts";
import type { Question, QuestionDraft, QuestionProblem } from "./question.ts";

/** A draft, where it comes from, and why it cannot even be checked. */
export interface SourceDraft {
  /** Line of the file, from 1; null without a file. */
  line: number | null;
  draft: QuestionDraft;
  problem: QuestionProblem | null;
}

/** A draft with the verdict of all checks. */
export type ReviewedDraft = { line: number | null; draft: QuestionDraft } & (
  | { question: Question; problems: readonly [] }
  | { question: null; problems: readonly [QuestionProblem, ...QuestionProblem[]] }
);

/**
 * Checks drafts by themselves and against each other: of two equal ones the first is accepted. `known`:
 * questions that may not be repeated. `blocked`: words that no question may contain. Pure.
 */
export function reviewDrafts(
  drafts: readonly SourceDraft[],
  {
    language,
    known = [],
    blocked = [],
  }: { language: string; known?: readonly KnownQuestion[]; blocked?: readonly string[] },
): ReviewedDraft[] {
  const finder = createDuplicateFinder(language, known);
  return drafts.map(({ line, draft, problem }): ReviewedDraft => {
    const reject = (problems: readonly QuestionProblem[]): ReviewedDraft => {
      const [first = { code: "QUESTION_INVALID", message: "The question is invalid." }, ...others] = problems;
      return { line, draft, question: null, problems: [first, ...others] };
    };
    if (problem !== null) return reject([problem]);
    const checked = checkQuestion(draft, language);
    if (!checked.ok) return reject(checked.problems);
    const { question } = checked;
    const word = findBlockedWord(draft, blocked);
    if (word !== null) return reject([word]);
    const asked = { question: question.question, answer: question.options[question.answerIndex] ?? null };
    const duplicate = finder.find(asked);
    if (duplicate !== null) return reject([duplicate]);
    finder.add(asked);
    return { line, draft, question, problems: [] };
  });
}
