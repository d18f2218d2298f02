/** Quiz questions: reading, checking, comparing, shuffling and writing them. All functions are pure. */
export { checkQuestion, questionLimits } from "./check-question.ts";
export type { ColumnUse, Field } from "./columns.ts";
export { type Question, type QuestionDraft, type QuestionProblem } from "./question.ts";
export { readQuestions, readTable } from "./read-table.ts";
export { reviewDrafts } from "./review-drafts.ts";
export { shuffleAnswers } from "./shuffle-answers.ts";
export { writeQuestions } from "./write-questions.ts";
