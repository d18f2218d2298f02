/** Quiz questions: reading, checking, comparing, shuffling and writing them. All functions are pure. */
export { BANK_LANGUAGE, bankTopics, dealQuestions, findBankTopics } from "./bank.ts";
export { findBlockedWord } from "./blocked-words.ts";
export { checkQuestion } from "./check-question.ts";
export { type Field, fields, findQuestionColumns } from "./columns.ts";
export { comparable, containsWords } from "./comparable.ts";
export { findAnswers } from "./find-answers.ts";
export {
  type Attribution,
  type Difficulty,
  difficulties,
  type Question,
  type QuestionDraft,
  type QuestionProblem,
  tidyText,
} from "./question.ts";
export { readJson } from "./read-json.ts";
export { readQuestions, readTable } from "./read-table.ts";
export { reviewDrafts } from "./review-drafts.ts";
export { shuffleAnswers } from "./shuffle-answers.ts";
export { writeQuestions } from "./write-questions.ts";
