/** Question sets: generated or imported, reviewed by people, and used as data of templates. */
export { setBlockedWords } from "./blocked-words.ts";
export { createQuestionWriter, type QuestionSettings } from "./create-question-writer.ts";
export { deleteQuestionSet } from "./delete-set.ts";
export { generateQuestions } from "./generate-questions.ts";
export { generateDue, startGenerator } from "./generator.ts";
export { importQuestions } from "./import-questions.ts";
export { acceptQuestion, rejectQuestion, updateQuestion, verifyQuestion } from "./review-questions.ts";
export { exportQuestions, type QuizData, readQuizData } from "./use-set.ts";
