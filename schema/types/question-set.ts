import type { RowIssue } from "@reelay/tables";
import { errorOf } from "../../src/database/index.ts";
import { keyOf } from "../../src/inputs/index.ts";
import { exportQuestions } from "../../src/questions/index.ts";
import { createBatch } from "../batch.ts";
import { builder } from "../builder.ts";
import { viewerWith, workspaceOf } from "../context.ts";
import { addList, connectionOf, entriesOf } from "../lists.ts";
import { type Order, planPage, toConnection } from "../paging.ts";
import { QuestionDifficulty, QuestionSetOrigin, QuestionSetStatus, QuestionStatus } from "./enums.ts";
import { FailureType } from "./failure.ts";
import { Question } from "./question.ts";

const QuestionSetIssue = builder.objectRef<RowIssue>("QuestionSetIssue").implement({
  description:
    "Something of an import that is not used, or why a generated set has fewer questions or unverified ones.",
  fields: (t) => ({
    line: t.exposeInt("line", {
      nullable: true,
      description: "Line of the CSV, from 1. Null: not of a line.",
    }),
    column: t.exposeString("column", {
      nullable: true,
      description: "Name of the CSV's column. Null: not of a column.",
    }),
    code: t.exposeString("code", { description: "Stable code in upper snake case, e.g. `ROW_TOO_SHORT`." }),
    message: t.exposeString("message", { description: "What is wrong and what to do." }),
  }),
});

interface QuestionUsage {
  generator: string | null;
  model: string | null;
  rounds: number;
  inputTokens: number;
  outputTokens: number;
  costUsd: number | null;
}

const QuestionGeneration = builder.objectRef<QuestionUsage>("QuestionGeneration").implement({
  description: "How the questions of a set were written, and what it took.",
  fields: (t) => ({
    generator: t.exposeString("generator", {
      nullable: true,
      description: "`gemini`, or `bank` for the built-in questions. Null while GENERATING.",
    }),
    model: t.exposeString("model", { nullable: true, description: "Name of the model. Null without one." }),
    rounds: t.exposeInt("rounds", {
      description:
        "Times that questions were asked for, at most three. Each has a second request if they are verified.",
    }),
    inputTokens: t.exposeInt("inputTokens", {
      description: "Tokens sent in all requests, as reported by the model.",
    }),
    outputTokens: t.exposeInt("outputTokens", {
      description: "Tokens received in all answers, as reported by the model.",
    }),
    costUsd: t.exposeFloat("costUsd", {
      nullable: true,
      description: "Cost in US dollars by the configured prices. Null if none are configured.",
    }),
  }),
});

interface Counts {
  accepted: number;
  rejected: number;
  verified: number;
}

const QuestionCounts = builder.objectRef<Counts>("QuestionCounts").implement({
  description: "Numbers of a set's questions.",
  fields: (t) => ({
    accepted: t.exposeInt("accepted", { description: "Questions that are used." }),
    rejected: t.exposeInt("rejected", { description: "Questions that are not used." }),
    verified: t.exposeInt("verified", {
      description: "Questions that a person or a second answer of the model has verified.",
    }),
  }),
});

const groups = createBatch(async (ctx, setIds) => {
  const found = await ctx.db.question.groupBy({
    by: ["setId", "status", "isVerified"],
    where: { setId: { in: [...setIds] } },
    _count: true,
  });
  return Map.groupBy(found, ({ setId }) => setId);
});

type Group = { status: "ACCEPTED" | "REJECTED"; isVerified: boolean; _count: number };
const sumOf = (all: readonly Group[], isCounted: (group: Group) => boolean): number =>
  all.filter(isCounted).reduce((sum, { _count }) => sum + _count, 0);

const inOrder: Order = { by: "questions", column: "position", type: "number", direction: "asc" };

export const QuestionSet = builder.prismaNode("QuestionSet", {
  id: { field: "id", description: "Opaque id." },
  findUnique: (id, ctx) => ({ id, workspaceId: workspaceOf(ctx) }),
  description:
    "Questions about a topic, generated or imported. Rules check their form. Facts are not checked: review the questions before you use them.",
  select: { id: true },
  fields: (t) => ({
    topic: t.exposeString("topic", { description: "What the questions are about." }),
    difficulty: t.expose("difficulty", {
      type: QuestionDifficulty,
      nullable: true,
      description: "The requested difficulty. Null: mixed.",
    }),
    language: t.exposeString("language", { description: "Language of the questions, as BCP 47 tag." }),
    origin: t.expose("origin", { type: QuestionSetOrigin, description: "Where the questions come from." }),
    status: t.expose("status", { type: QuestionSetStatus, description: "Status of the set." }),
    requested: t.int({
      description: "Number of questions that were requested; for an import, of those that it contained.",
      select: { count: true },
      resolve: ({ count }) => count,
    }),
    seed: t.exposeInt("seed", { description: "Decides about the order of the options. 0 for imports." }),
    counts: t.field({
      type: QuestionCounts,
      description: "Numbers of its questions.",
      resolve: async ({ id }, _args, ctx) => {
        const all = (await groups(ctx, id)) ?? [];
        return {
          accepted: sumOf(all, ({ status }) => status === "ACCEPTED"),
          rejected: sumOf(all, ({ status }) => status === "REJECTED"),
          verified: sumOf(all, ({ isVerified }) => isVerified),
        };
      },
    }),
    questions: t.connection(
      {
        type: Question,
        description: "Its questions in their order.",
        args: {
          status: t.arg({ type: QuestionStatus, description: "Only questions with this status." }),
        },
        select: (args, _ctx, nestedSelection) => {
          const { where: bounds, orderBy, take } = planPage(args, inOrder);
          const where = args.status == null ? bounds : { AND: [bounds, { status: args.status }] };
          const page = { where, orderBy, take, select: { id: true, position: true } } as const;
          return { id: true, questions: nestedSelection(page, entriesOf(Question)) };
        },
        resolve: ({ id, questions }, args, ctx) =>
          toConnection(planPage(args, inOrder), questions, async () =>
            sumOf(
              (await groups(ctx, id)) ?? [],
              ({ status }) => args.status == null || status === args.status,
            ),
          ),
      },
      connectionOf(Question, "A question", "questions"),
    ),
    generation: t.field({
      type: QuestionGeneration,
      nullable: true,
      description: "How the questions were written. Null for imports.",
      select: {
        ...{ origin: true, generator: true, model: true, rounds: true },
        ...{ inputTokens: true, outputTokens: true, costUsd: true },
      },
      resolve: ({ origin, ...usage }) => (origin === "IMPORTED" ? null : usage),
    }),
    issues: t.field({
      type: [QuestionSetIssue],
      description:
        "Rows of an import that are no questions, columns that are not used, and why a generated set has fewer questions than requested, or unverified ones.",
      select: { issues: true },
      resolve: ({ issues }) => issues as unknown as RowIssue[],
    }),
    error: t.field({
      type: FailureType,
      nullable: true,
      description: "Why a FAILED set has no questions.",
      select: { error: true },
      resolve: errorOf,
    }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When it was created." }),
    endedAt: t.expose("endedAt", {
      type: "DateTime",
      nullable: true,
      description: "When its generation ended. Null while GENERATING.",
    }),
  }),
});

builder.queryField("questionSet", (t) =>
  t.prismaField({
    type: QuestionSet,
    nullable: true,
    description: "The question set with this id. Null if it does not exist in this workspace.",
    args: { id: t.arg.id({ required: true, description: "The question set's id." }) },
    resolve: async (query, _root, args, ctx) => {
      const { workspaceId } = viewerWith(ctx, "READ");
      const id = keyOf("QuestionSet", args.id);
      return id === null ? null : ctx.db.questionSet.findUnique({ ...query, where: { id, workspaceId } });
    },
  }),
);

addList("questionSets", {
  type: QuestionSet,
  one: "A question set",
  many: "question sets",
  description: "The workspace's question sets, newest first.",
  scope: "READ",
  model: (db) => db.questionSet,
});

builder.queryField("exportQuestions", (t) =>
  t.string({
    nullable: true,
    description:
      "The accepted questions of a set as a CSV that `importQuestions` reads. Null if the set does not exist in this workspace. Cells that a spreadsheet would run begin with an apostrophe, which the import removes.",
    args: { id: t.arg.id({ required: true, description: "The question set's id." }) },
    resolve: async (_root, args, ctx) => {
      const viewer = viewerWith(ctx, "READ");
      const questionSetId = keyOf("QuestionSet", args.id);
      return questionSetId === null ? null : exportQuestions(ctx.db, viewer, { questionSetId });
    },
  }),
);
