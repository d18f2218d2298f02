import { InvalidInputError, NotFoundError } from "../../src/errors/index.ts";
import { keyOf } from "../../src/inputs/index.ts";
import { setQuotas } from "../../src/quotas/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { mayFailWith } from "../errors.ts";
import { given } from "../given.ts";
import { addList } from "../lists.ts";
import { inputOf } from "../subject.ts";
import { Workspace } from "./workspace.ts";

addList("workspaces", {
  type: Workspace,
  one: "A workspace",
  many: "workspaces",
  description: "All workspaces, newest first.",
  scope: "OPERATOR",
  model: (db) => db.workspace,
  where: {},
});

const LIMIT = "Null: the installation's default. Absent: unchanged.";

const SetQuotasInput = builder.inputType("SetQuotasInput", {
  description: "Limits of a workspace.",
  fields: (t) => ({
    workspaceId: t.id({ required: true, description: "The workspace's id." }),
    activeJobs: t.int({ description: `Waiting and running jobs. ${LIMIT}` }),
    runningTasks: t.int({ description: `Tasks on workers. ${LIMIT}` }),
    storedBytes: t.field({ type: "SafeInt", description: `Bytes of sources and finished outputs. ${LIMIT}` }),
    sourceMinutesPerDay: t.int({ description: `Minutes of source per day. ${LIMIT}` }),
    requestsPerSecond: t.int({ description: `Requests per second of each key, at least 1. ${LIMIT}` }),
  }),
});

builder.mutationField("setQuotas", (t) =>
  t.prismaField({
    type: Workspace,
    errors: mayFailWith(NotFoundError, InvalidInputError),
    description:
      "Sets the limits of a workspace, within seconds on all servers. Safe to repeat. Requires the scope OPERATOR.",
    args: inputOf(SetQuotasInput),
    resolve: async (query, _root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "OPERATOR");
      const set = { ...given(input), workspaceId: keyOf("Workspace", input.workspaceId) };
      const { workspaceId } = await setQuotas(ctx, viewer, set);
      return ctx.db.workspace.findUniqueOrThrow({ ...query, where: { id: workspaceId } });
    },
  }),
);
