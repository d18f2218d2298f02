import type { Attribution } from "@reelay/questions";
import { builder } from "../builder.ts";
import { workspaceOf } from "../context.ts";
import { QuestionDifficulty, QuestionStatus } from "./enums.ts";

const QuestionAttribution = builder.objectRef<Attribution>("QuestionAttribution").implement({
  description: "Where a question was taken from. Name it where you show the question.",
  fields: (t) => ({
    source: t.exposeString("source", { description: "Name of the source." }),
    licence: t.exposeString("licence", { nullable: true, description: "Licence. Null if unknown." }),
    url: t.exposeString("url", { nullable: true, description: "Address of the source. Null if unknown." }),
  }),
});

const QuestionRejection = builder.objectRef<{ code: string; reason: string }>("QuestionRejection").implement({
  description: "Why a question is not used.",
  fields: (t) => ({
    code: t.exposeString("code", {
      description:
        "Stable code in upper snake case, e.g. `OPTION_DUPLICATE`, `SIMILAR` or `REJECTED_BY_REVIEWER`.",
    }),
    reason: t.exposeString("reason", { description: "What is wrong and what to do." }),
  }),
});

export const Question = builder.prismaNode("Question", {
  id: { field: "id", description: "Opaque id." },
  findUnique: (id, ctx) => ({ id, set: { workspaceId: workspaceOf(ctx) } }),
  description:
    "A multiple-choice question of a set. Its form is checked by rules. Its facts are not checked until a person verifies them.",
  select: { id: true },
  fields: (t) => ({
    status: t.expose("status", { type: QuestionStatus, description: "Whether it is used." }),
    rejection: t.field({
      type: QuestionRejection,
      nullable: true,
      description: "Why it is REJECTED. Null if ACCEPTED.",
      select: { code: true, reason: true },
      resolve: ({ code, reason }) => (code === null || reason === null ? null : { code, reason }),
    }),
    question: t.exposeString("question", { description: "Text of the question." }),
    options: t.exposeStringList("options", {
      description: "The options. Four different ones if ACCEPTED.",
    }),
    answerIndex: t.exposeInt("answerIndex", {
      nullable: true,
      description: "Index of the right option, from 0. Null if none or several were marked as right.",
    }),
    category: t.exposeString("category", { nullable: true, description: "Category. Null without one." }),
    difficulty: t.expose("difficulty", {
      type: QuestionDifficulty,
      nullable: true,
      description: "Difficulty. Null if unknown.",
    }),
    explanation: t.exposeString("explanation", {
      nullable: true,
      description: "Why the answer is right. Null without one.",
    }),
    attribution: t.field({
      type: QuestionAttribution,
      nullable: true,
      description: "Where it was taken from. Null if it was written here.",
      select: { attribution: true },
      resolve: ({ attribution }) => attribution as Attribution | null,
    }),
    isVerified: t.exposeBoolean("isVerified", {
      description:
        "Whether a person has verified its facts, or `verify` was set and the model answered it in the same way without its options. A change of the question resets it.",
    }),
    line: t.exposeInt("line", {
      nullable: true,
      description: "Line of the CSV that it was imported from, from 1. Null otherwise.",
    }),
  }),
});
