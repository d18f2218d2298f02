import {
  BatchSettings,
  costByOffer,
  exportBatchRows,
  manifestAddress,
  type Replacement,
  readEstimates,
  readExpectedEnds,
  sumTaken,
  type BatchTaken as Taken,
} from "../../src/batches/index.ts";
import { errorOf } from "../../src/database/index.ts";
import { InvalidInputError } from "../../src/errors/index.ts";
import { boundedList, keyOf, MAX_PAGE_SIZE } from "../../src/inputs/index.ts";
import { createBatch as createLoader } from "../batch.ts";
import { builder } from "../builder.ts";
import { viewerWith, workspaceOf } from "../context.ts";
import { addList, connectionOf, entriesOf } from "../lists.ts";
import { type Order, planPage, toConnection } from "../paging.ts";
import { ALL_ATTEMPTS, amounts, BatchCost, BatchIssue, BatchRow } from "./batch-row.ts";
import { BatchRowStatus, BatchStatus, EstimateBasis } from "./enums.ts";
import { FailureType } from "./failure.ts";
import { Money } from "./money.ts";

type Status = typeof BatchRowStatus.$inferType;
type Counts = Readonly<Partial<Record<Status, number>>>;

const sumOf = (counts: Counts, ...statuses: readonly Status[]): number =>
  statuses.reduce((sum, status) => sum + (counts[status] ?? 0), 0);
const all = Object.keys({
  ...{ VALID: 0, INVALID: 0, DUPLICATE: 0, QUEUED: 0, RUNNING: 0, READY: 0, FAILED: 0, CANCELED: 0 },
}) as Status[];

const countsOf = createLoader<Counts>(async (ctx, batchIds) => {
  const found = await ctx.db.batchRow.groupBy({
    by: ["batchId", "status"],
    where: { batchId: { in: [...batchIds] } },
    _count: true,
  });
  const groups = Map.groupBy(found, ({ batchId }) => batchId);
  return new Map(
    [...groups].map(([id, rows]) => [
      id,
      Object.fromEntries(rows.map(({ status, _count }) => [status, _count])),
    ]),
  );
});

const BatchCounts = builder.objectRef<Counts>("BatchCounts").implement({
  description: "Numbers of a batch's rows by status.",
  fields: (t) => {
    const count = (status: Status, description: string) =>
      t.int({ description, resolve: (counts) => sumOf(counts, status) });
    return {
      total: t.int({ description: "All rows.", resolve: (counts) => sumOf(counts, ...all) }),
      valid: count("VALID", "Rows that wait for their video."),
      invalid: count("INVALID", "Rows that cannot become a video."),
      duplicate: count("DUPLICATE", "Rows that equal an earlier one."),
      queued: count("QUEUED", "Rows whose video waits for a worker."),
      running: count("RUNNING", "Rows whose video is being rendered."),
      ready: count("READY", "Rows whose video is complete."),
      failed: count("FAILED", "Rows whose video could not be made."),
      canceled: count("CANCELED", "Rows that were canceled."),
    };
  },
});

const inFile: Order = { by: "batchRows", column: "position", type: "number", direction: "asc" };
const inOrder: Order = { by: "batchIssues", column: "position", type: "number", direction: "asc" };
const MAX_SEARCH_LENGTH = 200;
/** Rows of the largest batch. */
const MAX_SKIP = 10_000;

function checkSkip(skip: number): number {
  if (skip >= 0 && skip <= MAX_SKIP) return skip;
  throw new InvalidInputError(
    "PAGE_SIZE_INVALID",
    "skip",
    `skip: 0 to ${MAX_SKIP} entries can be left out, not ${skip}. A batch has at most ${MAX_SKIP} rows.`,
  );
}

const BatchRowFilter = builder.inputType("BatchRowFilter", {
  description: "Selects rows that match all conditions.",
  fields: (t) => ({
    status: t.field({ type: [BatchRowStatus], description: "With one of these statuses." }),
    search: t.string({
      description: `Title or key contains this text, ignoring case. At most ${MAX_SEARCH_LENGTH} characters.`,
    }),
  }),
});

function rowWhere({ status, search }: typeof BatchRowFilter.$inferInput) {
  const text = search
    ?.slice(0, MAX_SEARCH_LENGTH)
    .replaceAll("\0", "")
    .replace(/[\\%_]/g, "\\$&");
  const contains = { contains: text ?? "", mode: "insensitive" } as const;
  return {
    AND: [
      status ? { status: { in: [...boundedList("filter.status", status)] } } : {},
      text ? { OR: [{ title: contains }, { key: contains }] } : {},
    ],
  };
}

const BatchIssueFilter = builder.inputType("BatchIssueFilter", {
  description: "Selects issues that match all conditions.",
  fields: (t) => ({
    codes: t.stringList({ description: "With one of these codes." }),
    column: t.string({ description: "Of this column." }),
  }),
});

function issueWhere({ codes, column }: typeof BatchIssueFilter.$inferInput) {
  const clean = (text: string): string => text.replaceAll("\0", "");
  return {
    AND: [
      codes ? { code: { in: boundedList("filter.codes", codes).map(clean) } } : {},
      typeof column === "string" ? { column: clean(column) } : {},
    ],
  };
}

const BatchColumn = builder.objectRef<{ field: string; column: string }>("BatchColumn").implement({
  description: "A column of the table, and the field of the template that it holds.",
  fields: (t) => ({
    field: t.exposeString("field", { description: "Name of the field, e.g. `questions.question`." }),
    column: t.exposeString("column", { description: "Name of the column." }),
  }),
});

const BatchReplacement = builder.objectRef<Replacement>("BatchReplacement").implement({
  description: "What the last `replaceBatchRows` changed, in numbers of valid rows.",
  fields: (t) => ({
    unchanged: t.exposeInt("unchanged", { description: "Rows with equal data, which keep their videos." }),
    changed: t.exposeInt("changed", { description: "Rows with other data than before." }),
    added: t.exposeInt("added", { description: "Rows with new keys." }),
    missing: t.exposeInt("missing", {
      description: "Rows whose keys the new table lacks and whose videos stay; see `BatchRow.isMissing`.",
    }),
    deleted: t.int({
      description: "Rows whose keys the new table lacks and that were deleted with their videos.",
      resolve: ({ deleted }) => deleted ?? 0,
    }),
  }),
});

const estimateOf = createLoader((ctx, batchIds) => readEstimates(ctx.db, ctx.clock(), batchIds));
const expectedEndOf = createLoader<Date>((ctx, batchIds) => readExpectedEnds(ctx.db, ctx.clock(), batchIds));
const takenOf = createLoader<Taken>((ctx, batchIds) => sumTaken(ctx.db, batchIds));

const BatchEstimate = builder.objectRef<NonNullable<Awaited<ReturnType<typeof estimateOf>>>>("BatchEstimate");
BatchEstimate.implement({
  description:
    "What the videos of a batch are estimated to take together: the sum of its rows' estimates. While it runs, rows that wait for their video are estimated again, learned from the finished ones; the others keep the estimate before their start.",
  fields: (t) => ({
    rows: t.exposeInt("rows", {
      description: "Rows that it is the sum of: those that a worker has measured.",
    }),
    durationMs: t.exposeFloat("durationMs", { description: "Length of all videos in milliseconds." }),
    speechCharacters: t.exposeInt("speechCharacters", { description: amounts.speechCharacters }),
    cpuSeconds: t.exposeFloat("cpuSeconds", { description: amounts.cpuSeconds }),
    wallSeconds: t.exposeFloat("wallSeconds", {
      description:
        "Time in which all are made, from the first video's start to the last one's end, if the present workers do nothing else. Of the present slots, it uses `maxActive` at most.",
    }),
    slotSeconds: t.exposeFloat("slotSeconds", { description: amounts.wallSeconds }),
    storedBytes: t.exposeFloat("storedBytes", { description: "Size of all renditions." }),
    costs: t.field({
      type: [BatchCost],
      description: "What all of them would cost on each kind of machine, in the order of `computeOffers`.",
      resolve: ({ slotSeconds, cpuSeconds, objects }, _args, ctx) =>
        costByOffer(ctx.operations.offers.offers, { wallSeconds: slotSeconds, cpuSeconds, objects }),
    }),
    basis: t.field({
      type: EstimateBasis,
      description: "What it is based on.",
      resolve: ({ isMeasured }) => (isMeasured ? "MEASURED" : "DEFAULT"),
    }),
    samples: t.exposeInt("samples", { description: "Number of finished videos that it is learned from." }),
  }),
});

const BatchTaken = builder.objectRef<Taken>("BatchTaken").implement({
  description: "What the finished videos of a batch took together.",
  fields: (t) => ({
    rows: t.exposeInt("rows", { description: "Rows that it is the sum of: those that are READY." }),
    durationMs: t.exposeFloat("durationMs", { description: "Length of all videos in milliseconds." }),
    speechCharacters: t.exposeInt("speechCharacters", { description: amounts.speechCharacters }),
    cpuSeconds: t.exposeFloat("cpuSeconds", {
      description: `${amounts.cpuSeconds} ${ALL_ATTEMPTS}`,
    }),
    wallSeconds: t.exposeFloat("wallSeconds", {
      description:
        "Time in which at least one of the videos was made. Pauses, and waits in which none was, do not count.",
    }),
    slotSeconds: t.exposeFloat("slotSeconds", { description: `${amounts.wallSeconds} ${ALL_ATTEMPTS}` }),
    storedBytes: t.exposeFloat("storedBytes", { description: "Size of all renditions." }),
    cost: t.field({
      type: Money,
      description: `What it was charged. ${ALL_ATTEMPTS}`,
      resolve: ({ costMicros: micros }) => ({ micros }),
    }),
  }),
});

const BatchTemplate = builder.objectRef<{ name: string; version: number }>("BatchTemplate").implement({
  description: "The version of a template that a batch uses.",
  fields: (t) => ({
    name: t.exposeString("name", { description: "Name of the template." }),
    version: t.exposeInt("version", { description: "Its version." }),
  }),
});

export const Batch = builder.prismaNode("Batch", {
  id: { field: "id", description: "Opaque id." },
  findUnique: (id, ctx) => ({ id, workspaceId: workspaceOf(ctx) }),
  description: "Rows of a table that become videos of a template.",
  select: { id: true },
  fields: (t) => ({
    title: t.exposeString("title", { description: "For people." }),
    status: t.expose("status", { type: BatchStatus, description: "Status of the batch." }),
    startsByItself: t.exposeBoolean("startsByItself", {
      description: "Whether it starts once it is checked.",
    }),
    template: t.field({
      type: BatchTemplate,
      description: "What its rows are data for.",
      select: { settings: true },
      resolve: ({ settings }) => BatchSettings.parse(settings).template,
    }),
    columns: t.field({
      type: [BatchColumn],
      description: "The columns that are used.",
      select: { settings: true },
      resolve: ({ settings }) => BatchSettings.parse(settings).columns,
    }),
    groupBy: t.string({
      nullable: true,
      description: "Column whose value the lines of one video share. Null: each line becomes a video.",
      select: { settings: true },
      resolve: ({ settings }) => BatchSettings.parse(settings).groupBy,
    }),
    keyColumn: t.string({
      nullable: true,
      description: "Column with the keys of rows. Null: a hash of the data, or the group.",
      select: { settings: true },
      resolve: ({ settings }) => BatchSettings.parse(settings).keyColumn,
    }),
    estimate: t.field({
      type: BatchEstimate,
      nullable: true,
      description: "What its videos are estimated to take. Null until workers have measured rows.",
      resolve: async ({ id }, _args, ctx) => (await estimateOf(ctx, id)) ?? null,
    }),
    taken: t.field({
      type: BatchTaken,
      nullable: true,
      description: "What its finished videos took. Null before there is one.",
      resolve: async ({ id }, _args, ctx) => (await takenOf(ctx, id)) ?? null,
    }),
    replacement: t.field({
      type: BatchReplacement,
      nullable: true,
      description: "What the last replacement of its rows changed. Null before.",
      select: { replacement: true },
      resolve: ({ replacement }) => replacement as unknown as Replacement | null,
    }),
    maxActive: t.exposeInt("maxActive", {
      description: "Most videos that are queued or rendered at a time.",
    }),
    checkedRows: t.exposeInt("checkedRows", { description: "Rows that are checked so far." }),
    counts: t.field({
      type: BatchCounts,
      description: "Numbers of its rows.",
      resolve: async ({ id }, _args, ctx) => (await countsOf(ctx, id)) ?? {},
    }),
    progress: t.float({
      description:
        "Settled rows (READY, FAILED, CANCELED) as a fraction of those that have or get a video, 0 to 1.",
      resolve: async ({ id }, _args, ctx) => {
        const counts = (await countsOf(ctx, id)) ?? {};
        const settled = sumOf(counts, "READY", "FAILED", "CANCELED");
        const made = settled + sumOf(counts, "VALID", "QUEUED", "RUNNING");
        return made === 0 ? 0 : settled / made;
      },
    }),
    manifestUrl: t.string({
      nullable: true,
      description:
        "Address of a JSON with what it has made so far, beside which `rows.csv` has the status and the address of each row. Rewritten at most every ten seconds, and at its end. It needs no API key: who knows it may read both, until the batch is deleted. Null before the start.",
      select: { manifestSecret: true },
      resolve: ({ id, manifestSecret: secret }, _args, ctx) =>
        secret && manifestAddress(ctx.operations.playback.publicUrl, { batchId: id, secret }),
    }),
    waitReason: t.exposeString("waitReason", {
      nullable: true,
      description: "Why it requests no more videos at the moment, such as a quota. Null: it does.",
    }),
    rows: t.connection(
      {
        type: BatchRow,
        description: `Its rows in the order of the table, at most ${MAX_PAGE_SIZE} per page. While CHECKING: those that are checked.`,
        args: {
          filter: t.arg({ type: BatchRowFilter, description: "Only rows that match." }),
          skip: t.arg.int({
            required: true,
            defaultValue: 0,
            description: `Entries to leave out before the page, for tables that jump to a place: 0 to ${MAX_SKIP}.`,
          }),
        },
        select: (args, _ctx, nestedSelection) => {
          const { where: bounds, orderBy, take } = planPage(args, inFile);
          const where = { AND: [bounds, rowWhere(args.filter ?? {})] };
          const skip = checkSkip(args.skip);
          const page = { where, orderBy, take, skip, select: { id: true, position: true } } as const;
          return { id: true, rows: nestedSelection(page, entriesOf(BatchRow)) };
        },
        resolve: ({ id, rows }, args, ctx) =>
          toConnection(planPage(args, inFile), rows, () =>
            ctx.db.batchRow.count({ where: { AND: [{ batchId: id }, rowWhere(args.filter ?? {})] } }),
          ),
      },
      connectionOf(BatchRow, "A row", "rows of a batch"),
    ),
    issues: t.connection(
      {
        type: BatchIssue,
        description: `What is wrong with its rows, in their order, at most ${MAX_PAGE_SIZE} per page.`,
        args: { filter: t.arg({ type: BatchIssueFilter, description: "Only issues that match." }) },
        select: (args, _ctx, nestedSelection) => {
          const { where: bounds, orderBy, take } = planPage(args, inOrder);
          const where = { AND: [bounds, issueWhere(args.filter ?? {})] };
          const page = { where, orderBy, take, select: { id: true, position: true } } as const;
          return { id: true, issues: nestedSelection(page, entriesOf(BatchIssue)) };
        },
        resolve: ({ id, issues }, args, ctx) =>
          toConnection(planPage(args, inOrder), issues, () =>
            ctx.db.batchIssue.count({ where: { AND: [{ batchId: id }, issueWhere(args.filter ?? {})] } }),
          ),
      },
      connectionOf(BatchIssue, "An issue", "issues of a batch"),
    ),
    expectedEndAt: t.field({
      type: "DateTime",
      nullable: true,
      description:
        "When its last video is likely to be READY: as if its next videos waited for workers as long, and got as many slots, as its newest ones, so that other work counts. Until it has finished videos, as if the present workers did nothing else. Null: it is not RUNNING, no row is measured, or no worker is online.",
      resolve: async ({ id }, _args, ctx) => (await expectedEndOf(ctx, id)) ?? null,
    }),
    error: t.field({
      type: FailureType,
      nullable: true,
      description: "Why its rows could not be checked.",
      select: { error: true },
      resolve: errorOf,
    }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When it was created." }),
    checkedAt: t.expose("checkedAt", {
      type: "DateTime",
      nullable: true,
      description: "When its check ended. Null before.",
    }),
    startedAt: t.expose("startedAt", {
      type: "DateTime",
      nullable: true,
      description: "When it was started. Null before.",
    }),
    endedAt: t.expose("endedAt", {
      type: "DateTime",
      nullable: true,
      description: "When it ended. Null before.",
    }),
  }),
});

builder.queryField("batch", (t) =>
  t.prismaField({
    type: Batch,
    nullable: true,
    description: "The batch with this id. Null if it does not exist in this workspace.",
    args: { id: t.arg.id({ required: true, description: "The batch's id." }) },
    resolve: async (query, _root, args, ctx) => {
      const { workspaceId } = viewerWith(ctx, "READ");
      const id = keyOf("Batch", args.id);
      return id === null ? null : ctx.db.batch.findUnique({ ...query, where: { id, workspaceId } });
    },
  }),
);

addList("batches", {
  type: Batch,
  one: "A batch",
  many: "batches",
  description: "The workspace's batches, newest first.",
  scope: "READ",
  model: (db) => db.batch,
});

builder.queryField("exportBatchRows", (t) =>
  t.string({
    nullable: true,
    description:
      "The rows of a batch as they were sent, as a CSV with a column `issues`, to be corrected and sent again. Null if the batch does not exist in this workspace. Cells that a spreadsheet would run begin with an apostrophe, which reading removes.",
    args: {
      id: t.arg.id({ required: true, description: "The batch's id." }),
      onlyWithIssues: t.arg.boolean({
        required: true,
        defaultValue: false,
        description: "Leaves out rows without issues.",
      }),
    },
    resolve: async (_root, { id, onlyWithIssues }, ctx) => {
      const { workspaceId } = viewerWith(ctx, "READ");
      const batchId = keyOf("Batch", id);
      return batchId && exportBatchRows(ctx.operations, { workspaceId, batchId }, { onlyWithIssues });
    },
  }),
);
