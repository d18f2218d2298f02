import { watchBatch } from "../../src/batches/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { subjectKey } from "../subject.ts";
import { untilReturned } from "../until-returned.ts";
import { Batch } from "./batch.ts";
import { BatchRow } from "./batch-row.ts";

interface BatchChange {
  batchId: string;
  rowIds: readonly string[];
  cursor: string;
}

const BatchProgress = builder.objectRef<BatchChange>("BatchProgress").implement({
  description: "A batch and the rows of it that have changed.",
  fields: (t) => ({
    batch: t.prismaField({
      type: Batch,
      description: "The batch in its present state.",
      resolve: (query, { batchId }, _args, ctx) =>
        ctx.db.batch.findUniqueOrThrow({ ...query, where: { id: batchId } }),
    }),
    rows: t.prismaField({
      type: [BatchRow],
      description: "Rows that have changed, in their present state, at most 200.",
      resolve: (query, { rowIds }, _args, ctx) =>
        ctx.db.batchRow.findMany({
          ...query,
          where: { id: { in: [...rowIds] } },
          orderBy: { position: "asc" },
        }),
    }),
    cursor: t.exposeString("cursor", { description: "For `after`, to continue after a break." }),
  }),
});

builder.subscriptionField("batchProgress", (t) =>
  t.field({
    type: BatchProgress,
    description:
      "A batch: its present state, then every change of it and of its rows, at most twice a second. Changes in between are joined. Read the rows with `Batch.rows` first. A row may be sent again, never in an older state. Ends when the batch is deleted.",
    args: {
      id: t.arg.id({ required: true, description: "The batch's id." }),
      after: t.arg.string({
        description: "A `cursor` of this subscription: begins with the rows that have changed since.",
      }),
    },
    subscribe: async (_root, { id, after }, ctx) => {
      const { workspaceId } = viewerWith(ctx, "READ");
      const own = { workspaceId, batchId: subjectKey("Batch", id), after: after ?? null };
      return untilReturned((signal) => watchBatch(ctx.operations, own, signal));
    },
    resolve: (change) => change,
  }),
);
