/** Sets of multiple-choice questions: generated, imported, reviewed. */

export { QuestionFields } from "./question-fields.tsx";
