/** Sets of multiple-choice questions: generated, imported, reviewed. */

export { type EditedQuestion, QuestionFields } from "./question-fields.tsx";
