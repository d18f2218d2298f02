import {
  ConflictError,
  InvalidInputError,
  InvalidTableError,
  NotFoundError,
  QuotaExceededError,
} from "../../src/errors/index.ts";
import {
  acceptQuestion,
  deleteQuestionSet,
  generateQuestions,
  importQuestions,
  rejectQuestion,
  updateQuestion,
  verifyQuestion,
} from "../../src/questions/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { mayFailWith } from "../errors.ts";
import { given } from "../given.ts";
import { IDEMPOTENCY_KEY_DESCRIPTION, stillThere } from "../idempotency.ts";
import { idInput, inputOf, subjectKey } from "../subject.ts";
import { QuestionDifficulty, QuestionField } from "./enums.ts";
import { Question } from "./question.ts";
import { QuestionSet } from "./question-set.ts";

const LANGUAGE_DESCRIPTION = 'Language of the questions, as BCP 47 tag, e.g. "en" or "pt-BR".';

const GenerateQuestionsInput = builder.inputType("GenerateQuestionsInput", {
  description: "Questions to generate.",
  fields: (t) => ({
    topic: t.string({ required: true, description: "What they are about, in 1 to 80 characters." }),
    difficulty: t.field({ type: QuestionDifficulty, description: "Default: mixed." }),
    count: t.int({ required: true, description: "Number of questions, 1 to 50." }),
    language: t.string({ required: true, defaultValue: "en", description: LANGUAGE_DESCRIPTION }),
    avoid: t.stringList({
      description:
        "Questions not to ask again, at most 200. Those of earlier sets of the topic are avoided anyway.",
    }),
    verify: t.boolean({
      required: true,
      defaultValue: false,
      description:
        "Has the model answer each question a second time, without its options. Questions that it answers in another way are REJECTED as `DISPUTED`, the others verified. Needs Gemini, and doubles the requests.",
    }),
    seed: t.int({ description: "Decides about the order of the options. Default: random." }),
    waitMs: t.int({
      defaultValue: 10_000,
      description: "How long to wait for the questions, in milliseconds: 0 to 30000.",
    }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY_DESCRIPTION }),
  }),
});

builder.mutationField("generateQuestions", (t) =>
  t.prismaField({
    type: QuestionSet,
    errors: mayFailWith(InvalidInputError, ConflictError, QuotaExceededError),
    description:
      "Has questions written by Gemini, or dealt from the built-in bank (English; arts, geography, history, nature, science and technology). Rules check the form of each question, and others are written in place of rejected ones. Facts are not checked: review the questions before you use them. The set is still GENERATING if it takes longer than `waitMs`: read it again with `questionSet`, or follow `questions.ready` and `questions.failed`.",
    args: inputOf(GenerateQuestionsInput),
    resolve: async (query, _root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const { questionSetId } = await generateQuestions(ctx.operations, viewer, given(input));
      return stillThere(ctx.db.questionSet.findUnique({ ...query, where: { id: questionSetId } }));
    },
  }),
);

const QuestionSourceInput = builder.inputType("QuestionSourceInput", {
  description: "A table or a text with questions.",
  isOneOf: true,
  fields: (t) => ({
    csv: t.string({
      description:
        "CSV with a header. Columns: question, option1 to option4 and answer (letter, number or text); optional category, difficulty, explanation and attribution. Other usual names are found, too.",
    }),
    json: t.string({
      description:
        "JSON: a list of `{ question, options, answer }`, or an answer of the Open Trivia Database, whose attribution each question keeps.",
    }),
    material: t.id({
      description:
        "Id of an uploaded material of the kind TABLE, for Excel workbooks and for files that do not fit into a request: at most 10 MiB.",
    }),
  }),
});

const QuestionColumnInput = builder.inputType("QuestionColumnInput", {
  description: "The column of a CSV that contains a field of the questions.",
  fields: (t) => ({
    field: t.field({ type: QuestionField, required: true, description: "The field." }),
    column: t.string({ required: true, description: "Name of the column." }),
  }),
});

const ImportQuestionsInput = builder.inputType("ImportQuestionsInput", {
  description: "Questions to import.",
  fields: (t) => ({
    topic: t.string({ required: true, description: "What they are about, in 1 to 80 characters." }),
    language: t.string({ required: true, defaultValue: "en", description: LANGUAGE_DESCRIPTION }),
    source: t.field({
      type: QuestionSourceInput,
      required: true,
      description: "The questions: at most 1,000. The whole request has at most 1 MiB.",
    }),
    columns: t.field({
      type: [QuestionColumnInput],
      description: "Columns of the table that have other names than usual.",
    }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY_DESCRIPTION }),
  }),
});

builder.mutationField("importQuestions", (t) =>
  t.prismaField({
    type: QuestionSet,
    errors: mayFailWith(InvalidInputError, InvalidTableError, ConflictError),
    description:
      "Creates a set of the questions of a CSV, an Excel workbook or a JSON text. Questions that fail the checks are REJECTED with the reason; rows that are no questions are in `issues`. Facts are not checked.",
    args: inputOf(ImportQuestionsInput),
    resolve: async (query, _root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const { questionSetId } = await importQuestions(ctx.operations, viewer, given(input));
      return stillThere(ctx.db.questionSet.findUnique({ ...query, where: { id: questionSetId } }));
    },
  }),
);

const UpdateQuestionInput = builder.inputType("UpdateQuestionInput", {
  description: "Changes of a question. Omitted fields stay as they are.",
  fields: (t) => ({
    id: t.id({ required: true, description: "The question's id." }),
    question: t.string({ description: "Text of the question." }),
    options: t.stringList({ description: "Four different options." }),
    answerIndex: t.int({ description: "Index of the right option, from 0." }),
    category: t.string({ description: "Category. Null removes it." }),
    difficulty: t.field({ type: QuestionDifficulty, description: "Difficulty. Null removes it." }),
    explanation: t.string({ description: "Why the answer is right. Null removes it." }),
  }),
});

builder.mutationField("updateQuestion", (t) =>
  t.prismaField({
    type: Question,
    errors: mayFailWith(NotFoundError, InvalidInputError),
    description:
      "Changes a question, which must then pass the checks. A rejected one is accepted by that. It is no longer verified.",
    args: inputOf(UpdateQuestionInput),
    resolve: async (query, _root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const { id, ...changes } = given(input);
      const questionId = subjectKey("Question", id);
      await updateQuestion(ctx.operations, viewer, { ...changes, questionId });
      return ctx.db.question.findUniqueOrThrow({ ...query, where: { id: questionId } });
    },
  }),
);

const VerifyQuestionInput = builder.inputType("VerifyQuestionInput", {
  description: "A question whose facts a person has verified.",
  fields: (t) => ({
    id: t.id({ required: true, description: "The question's id." }),
    isVerified: t.boolean({
      required: true,
      defaultValue: true,
      description: "False takes the verification back.",
    }),
  }),
});

builder.mutationField("verifyQuestion", (t) =>
  t.prismaField({
    type: Question,
    errors: mayFailWith(NotFoundError, ConflictError),
    description: "Notes that a person has verified the facts of an accepted question.",
    args: inputOf(VerifyQuestionInput),
    resolve: async (query, _root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const questionId = subjectKey("Question", input.id);
      await verifyQuestion(ctx.operations, viewer, { questionId, isVerified: input.isVerified });
      return ctx.db.question.findUniqueOrThrow({ ...query, where: { id: questionId } });
    },
  }),
);

const RejectQuestionInput = builder.inputType("RejectQuestionInput", {
  description: "A question that is not to be used.",
  fields: (t) => ({
    id: t.id({ required: true, description: "The question's id." }),
    reason: t.string({ description: "Why, in at most 500 characters." }),
  }),
});

builder.mutationField("rejectQuestion", (t) =>
  t.prismaField({
    type: Question,
    errors: mayFailWith(NotFoundError, InvalidInputError),
    description: "Rejects a question, so that it is not used.",
    args: inputOf(RejectQuestionInput),
    resolve: async (query, _root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const { id, ...more } = given(input);
      const questionId = subjectKey("Question", id);
      await rejectQuestion(ctx.operations, viewer, { ...more, questionId });
      return ctx.db.question.findUniqueOrThrow({ ...query, where: { id: questionId } });
    },
  }),
);

const AcceptQuestionInput = idInput("AcceptQuestionInput", "A rejected question to use.", "Question");

builder.mutationField("acceptQuestion", (t) =>
  t.prismaField({
    type: Question,
    errors: mayFailWith(NotFoundError, InvalidInputError),
    description:
      "Accepts a rejected question that passes the checks, such as one that a person rejected. Correct others with `updateQuestion`.",
    args: inputOf(AcceptQuestionInput),
    resolve: async (query, _root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const questionId = subjectKey("Question", input.id);
      await acceptQuestion(ctx.operations, viewer, { questionId });
      return ctx.db.question.findUniqueOrThrow({ ...query, where: { id: questionId } });
    },
  }),
);

const DeletedQuestionSet = builder.objectRef<{ id: string }>("DeletedQuestionSet").implement({
  description: "A deleted question set.",
  fields: (t) => ({
    deletedId: t.id({ description: "Id of the deleted question set.", resolve: ({ id }) => id }),
  }),
});

const DeleteQuestionSetInput = idInput(
  "DeleteQuestionSetInput",
  "The question set to delete.",
  "QuestionSet",
);

builder.mutationField("deleteQuestionSet", (t) =>
  t.field({
    type: DeletedQuestionSet,
    errors: mayFailWith(NotFoundError),
    description: "Deletes a question set with its questions. Videos of it stay as they are.",
    args: inputOf(DeleteQuestionSetInput),
    resolve: async (_root, { input: { id } }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      await deleteQuestionSet(ctx.operations, viewer, { questionSetId: subjectKey("QuestionSet", id) });
      return { id };
    },
  }),
);
