import {
  cancelBatch,
  createBatch,
  type DuplicatePolicy as Duplicates,
  deleteBatch,
  pauseBatch,
  replaceBatchRows,
  resumeBatch,
  retryBatch,
  startBatch,
} from "../../src/batches/index.ts";
import {
  ConflictError,
  InvalidDataError,
  InvalidInputError,
  InvalidTableError,
  NotFoundError,
  QuotaExceededError,
} from "../../src/errors/index.ts";
import { builder } from "../builder.ts";
import { type Context, viewerWith } from "../context.ts";
import { mayFailWith } from "../errors.ts";
import { given } from "../given.ts";
import { IDEMPOTENCY_KEY_DESCRIPTION, stillThere } from "../idempotency.ts";
import { idInput, inputOf, subjectKey } from "../subject.ts";
import { Batch } from "./batch.ts";
import { BatchColumnInput, BatchSourceInput, tableInput } from "./batch-preview.ts";
import { PlaybackPolicy } from "./enums.ts";
import { BackgroundInput, VoiceInput } from "./template-source.ts";

const DuplicatePolicy = builder.enumType("DuplicatePolicy", {
  description: "What becomes of rows that equal a row of an earlier batch.",
  values: {
    WARN: { description: "They get videos, and a warning: `ROW_MADE_BEFORE`." },
    SKIP: { description: "They are a DUPLICATE, and get no video." },
  } as const satisfies Record<Duplicates, object>,
});

const CreateBatchInput = builder.inputType("CreateBatchInput", {
  description: "Rows that become videos of a template.",
  fields: (t) => ({
    title: t.string({ description: "For people. Default: the name of the file or of the template." }),
    source: t.field({ type: BatchSourceInput, required: true, description: tableInput.source }),
    template: t.string({ required: true, description: tableInput.template }),
    version: t.int({ description: tableInput.version }),
    columns: t.field({ type: [BatchColumnInput], description: tableInput.columns }),
    groupBy: t.string({ description: tableInput.groupBy }),
    keyColumn: t.string({ description: tableInput.keyColumn }),
    data: t.field({ type: "JSON", description: tableInput.data }),
    height: t.int({ description: "As `TemplateSourceInput.height`." }),
    frameRate: t.int({ description: "As `TemplateSourceInput.frameRate`." }),
    voice: t.field({ type: VoiceInput, description: "Who speaks, unless a row names another voice." }),
    music: t.id({ description: "As `TemplateSourceInput.music`, unless a row names another one." }),
    background: t.field({
      type: BackgroundInput,
      description: "As `TemplateSourceInput.background`, of all videos without their own.",
    }),
    materials: t.idList({
      description:
        "Materials of all videos. Those that rows name by their file names are found by themselves.",
    }),
    profile: t.string({ description: "Profile of the videos. Default: `default`." }),
    metadata: t.field({ type: "JSON", description: "Metadata of the videos." }),
    tags: t.stringList({ description: "Tags of the videos." }),
    playbackPolicy: t.field({
      type: PlaybackPolicy,
      description: "Who may watch the videos. Default: the workspace's policy.",
    }),
    maxActive: t.int({
      required: true,
      defaultValue: 50,
      description: "Most videos that are queued or rendered at a time, 1 to 1000.",
    }),
    duplicates: t.field({
      type: DuplicatePolicy,
      required: true,
      defaultValue: "WARN",
      description: "What becomes of rows that equal a row of an earlier batch which has a video.",
    }),
    start: t.boolean({
      required: true,
      defaultValue: false,
      description:
        "Starts it once it is checked, with the rows that are valid. Default: it waits for `startBatch`.",
    }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY_DESCRIPTION }),
  }),
});

builder.mutationField("createBatch", (t) =>
  t.prismaField({
    type: Batch,
    errors: mayFailWith(
      ...[InvalidInputError, InvalidDataError, InvalidTableError, ConflictError, QuotaExceededError],
    ),
    description:
      "Creates a batch and checks every row in the background. Nothing is drawn or spoken until it is started. Follow `batchProgress`, or the event `batch.checked`.",
    args: inputOf(CreateBatchInput),
    resolve: async (query, _root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const { batchId } = await createBatch(ctx.operations, viewer, given(input));
      return stillThere(ctx.db.batch.findUnique({ ...query, where: { id: batchId } }));
    },
  }),
);

/** The batch of a request with the scope WRITE. */
function ownBatch(ctx: Context, id: string) {
  const { workspaceId } = viewerWith(ctx, "WRITE");
  return { workspaceId, batchId: subjectKey("Batch", id) };
}

const actions = {
  startBatch: {
    act: startBatch,
    noun: "The batch to start.",
    description:
      "Starts a batch: requests the videos of its valid rows, with the priority BULK, as many as `maxActive` and the workspace's quotas permit. One that is still CHECKING starts after its check.",
  },
  pauseBatch: {
    act: pauseBatch,
    noun: "The batch to pause.",
    description: "Requests no more videos. Those that were requested go on.",
  },
  resumeBatch: {
    act: resumeBatch,
    noun: "The batch to continue.",
    description: "Continues a paused batch.",
  },
  cancelBatch: {
    act: cancelBatch,
    noun: "The batch to cancel.",
    description: "Cancels the batch and the jobs of its videos. Finished videos stay.",
  },
} as const;

for (const [name, { act, noun, description }] of Object.entries(actions)) {
  const Input = idInput(`${name.charAt(0).toUpperCase()}${name.slice(1)}Input`, noun, "Batch");
  builder.mutationField(name, (t) =>
    t.prismaField({
      type: Batch,
      errors: mayFailWith(NotFoundError, ConflictError),
      description,
      args: inputOf(Input),
      resolve: async (query, _root, { input: { id } }, ctx) => {
        const own = ownBatch(ctx, id);
        await act(ctx.operations, own);
        return ctx.db.batch.findUniqueOrThrow({ ...query, where: { id: own.batchId } });
      },
    }),
  );
}

const RetriableRowStatus = builder.enumType("RetriableRowStatus", {
  description: "Statuses of rows that can be retried.",
  values: {
    FAILED: { description: "Their video could not be made." },
    CANCELED: { description: "They were canceled." },
  } as const,
});

const RetryBatchInput = builder.inputType("RetryBatchInput", {
  description: "A batch whose rows are to be retried.",
  fields: (t) => ({
    id: t.id({ required: true, description: "The batch's id." }),
    statuses: t.field({
      type: [RetriableRowStatus],
      required: true,
      defaultValue: ["FAILED"],
      description: "Which rows.",
    }),
  }),
});

builder.mutationField("retryBatch", (t) =>
  t.prismaField({
    type: Batch,
    errors: mayFailWith(NotFoundError, ConflictError),
    description:
      "Makes the videos of rows that failed again, and runs the batch unless it is paused. What is finished of a video is kept.",
    args: inputOf(RetryBatchInput),
    resolve: async (query, _root, { input: { id, statuses } }, ctx) => {
      const own = ownBatch(ctx, id);
      await retryBatch(ctx.operations, { ...own, statuses });
      return ctx.db.batch.findUniqueOrThrow({ ...query, where: { id: own.batchId } });
    },
  }),
);

const ReplaceBatchRowsInput = builder.inputType("ReplaceBatchRowsInput", {
  description: "Other rows of a batch.",
  fields: (t) => ({
    id: t.id({ required: true, description: "The batch's id." }),
    source: t.field({ type: BatchSourceInput, required: true, description: tableInput.source }),
    columns: t.field({
      type: [BatchColumnInput],
      description: "Columns of fields. Default: those of the batch that the table has, then by their names.",
    }),
    deleteMissing: t.boolean({
      required: true,
      defaultValue: false,
      description: "Deletes rows whose keys the table lacks, with their videos. Default: they stay.",
    }),
    start: t.boolean({
      required: true,
      defaultValue: false,
      description: "Starts it again once it is checked.",
    }),
  }),
});

builder.mutationField("replaceBatchRows", (t) =>
  t.prismaField({
    type: Batch,
    errors: mayFailWith(
      ...[NotFoundError, InvalidInputError, InvalidDataError, InvalidTableError],
      ...[ConflictError, QuotaExceededError],
    ),
    description:
      "Checks other rows, and compares them with those of the batch by their keys. Equal rows keep their videos; rows with other data get editions of theirs when the batch is started, and new rows videos. Rows that are missing keep their videos, unless `deleteMissing` is set. Pause a batch that is RUNNING first.",
    args: inputOf(ReplaceBatchRowsInput),
    resolve: async (query, _root, { input }, ctx) => {
      const viewer = viewerWith(ctx, "WRITE");
      const { id, ...more } = given(input);
      const batchId = subjectKey("Batch", id);
      await replaceBatchRows(ctx.operations, viewer, { ...more, batchId });
      return ctx.db.batch.findUniqueOrThrow({ ...query, where: { id: batchId } });
    },
  }),
);

const DeletedBatch = builder.objectRef<{ id: string }>("DeletedBatch").implement({
  description: "A deleted batch.",
  fields: (t) => ({
    deletedId: t.id({ description: "Id of the deleted batch.", resolve: ({ id }) => id }),
  }),
});

const DeleteBatchInput = idInput("DeleteBatchInput", "The batch to delete.", "Batch");

builder.mutationField("deleteBatch", (t) =>
  t.field({
    type: DeletedBatch,
    errors: mayFailWith(NotFoundError, ConflictError),
    description: "Deletes a batch that has ended, with its rows. Its videos stay.",
    args: inputOf(DeleteBatchInput),
    resolve: async (_root, { input: { id } }, ctx) => {
      await deleteBatch(ctx.operations, ownBatch(ctx, id));
      return { id };
    },
  }),
);
