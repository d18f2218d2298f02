import { InvalidInputError, NotFoundError } from "../../src/errors.ts";
import { keyOf } from "../../src/global-id.ts";
import { setQuotas } from "../../src/quotas/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { mayFailWith } from "../errors.ts";
import { given } from "../given.ts";
import type { Order } from "../paging.ts";
import { readPage } from "../read-page.ts";
import { Workspace } from "./workspace.ts";

const WorkspaceConnection = builder.connectionObject(
  { type: Workspace, name: "WorkspaceConnection", description: "A page of a list of workspaces." },
  { name: "WorkspaceEdge", description: "A workspace and its position in a list." },
);

const newest: Order = { by: "workspaces", column: "createdAt", type: "date", direction: "desc" };

builder.queryField("workspaces", (t) =>
  t.connection(
    {
      type: Workspace,
      description: "All workspaces, newest first. Requires the scope OPERATOR. At most 100 per page.",
      resolve: async (_root, args, ctx, info) => {
        viewerWith(ctx, "OPERATOR");
        return await readPage(
          { args, ctx, info, typeName: "Workspace", order: newest },
          (query) => ctx.db.workspace.findMany(query),
          () => ctx.db.workspace.count(),
        );
      },
    },
    WorkspaceConnection,
  ),
);

const limit = "Null: the installation's default. Absent: unchanged.";

const SetQuotasInput = builder.inputType("SetQuotasInput", {
  description: "Limits of a workspace.",
  fields: (t) => ({
    workspaceId: t.id({ required: true, description: "The workspace's id." }),
    activeJobs: t.int({ description: `Waiting and running jobs. ${limit}` }),
    runningTasks: t.int({ description: `Tasks on workers. ${limit}` }),
    storedBytes: t.field({ type: "SafeInt", description: `Bytes of sources and finished outputs. ${limit}` }),
    sourceMinutesPerDay: t.int({ description: `Minutes of source per day. ${limit}` }),
    requestsPerSecond: t.int({ description: `Requests per second of each key, at least 1. ${limit}` }),
  }),
});

builder.mutationField("setQuotas", (t) =>
  t.prismaField({
    type: Workspace,
    errors: mayFailWith(NotFoundError, InvalidInputError),
    description:
      "Sets the limits of a workspace, within seconds on all servers. Safe to repeat. Requires the scope OPERATOR.",
    args: {
      input: t.arg({ type: SetQuotasInput, required: true, description: "The workspace and its limits." }),
    },
    resolve: async (query, _root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "OPERATOR");
      const set = { ...given(input), workspaceId: keyOf("Workspace", input.workspaceId) };
      const { workspaceId } = await setQuotas(ctx, viewer, set);
      return ctx.db.workspace.findUniqueOrThrow({ ...query, where: { id: workspaceId } });
    },
  }),
);
