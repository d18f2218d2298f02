import { setBudgets } from "../../src/costs/index.ts";
import { InvalidInputError, NotFoundError } from "../../src/errors/index.ts";
import { keyOf } from "../../src/inputs/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { mayFailWith } from "../errors.ts";
import { given } from "../given.ts";
import { inputOf } from "../subject.ts";
import { Workspace } from "./workspace.ts";

const LIMIT = "In millionths of a US dollar, above 0. Null: the installation's default. Absent: unchanged.";

const SetBudgetsInput = builder.inputType("SetBudgetsInput", {
  description: "Budgets of a workspace.",
  fields: (t) => ({
    workspaceId: t.id({ required: true, description: "The workspace's id." }),
    jobMicros: t.field({ type: "SafeInt", description: `Of one job. ${LIMIT}` }),
    dayMicros: t.field({ type: "SafeInt", description: `Between midnights (UTC). ${LIMIT}` }),
    monthMicros: t.field({ type: "SafeInt", description: `Of a calendar month (UTC). ${LIMIT}` }),
  }),
});

builder.mutationField("setBudgets", (t) =>
  t.prismaField({
    type: Workspace,
    errors: mayFailWith(NotFoundError, InvalidInputError),
    description:
      "Sets the budgets of a workspace. Jobs that do not fit wait; what has begun may finish. Safe to repeat. Requires the scope OPERATOR.",
    args: inputOf(SetBudgetsInput),
    resolve: async (query, _root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "OPERATOR");
      const set = { ...given(input), workspaceId: keyOf("Workspace", input.workspaceId) };
      const { workspaceId } = await setBudgets(ctx, viewer, set);
      return ctx.db.workspace.findUniqueOrThrow({ ...query, where: { id: workspaceId } });
    },
  }),
);
