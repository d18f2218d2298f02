export const difficulties = ["EASY", "MEDIUM", "HARD"] as const;
export type Difficulty = (typeof difficulties)[number];

export const OPTION_COUNT = 4;
/** Letters of the options, in their order. */
export const OPTION_LETTERS = "ABCD";

/** Where a question was taken from, and the terms under which it may be used. */
export interface Attribution {
  source: string;
  licence: string | null;
  url: string | null;
}

/** What belongs to a question besides its text and its options. */
export interface QuestionDetails {
  category: string | null;
  difficulty: Difficulty | null;
  /** Shown or spoken after the answer. */
  explanation: string | null;
  attribution: Attribution | null;
}

/** A question as it was written or generated, before any check. */
export interface QuestionDraft extends QuestionDetails {
  question: string;
  options: readonly string[];
  /** Indexes of the options that are said to be right. */
  rightOptions: readonly number[];
}

/** A question that passed all checks of `checkQuestion`. */
export interface Question extends QuestionDetails {
  question: string;
  options: readonly [string, string, string, string];
  /** Index of the right option. */
  answerIndex: number;
}

/** Why a question cannot be used. */
export interface QuestionProblem {
  /** Stable, upper snake case. */
  code: string;
  /** What is wrong and what to do. */
  message: string;
}

const BREAKS_AND_SPACES = /\s+/gu;

/** One line in NFC, with single spaces. Pure. */
export const tidyText = (text: string): string =>
  text.normalize("NFC").replace(BREAKS_AND_SPACES, " ").trim();

/** The draft with all its texts tidied; empty ones are null. Pure. */
export function tidyDraft(draft: QuestionDraft): QuestionDraft {
  const optional = (text: string | null): string | null => (text === null ? null : tidyText(text) || null);
  return {
    ...draft,
    question: tidyText(draft.question),
    options: draft.options.map(tidyText),
    category: optional(draft.category),
    explanation: optional(draft.explanation),
  };
}
