import {
  costByOffer,
  type OfferCost,
  RowMeasure,
  type RowStill,
  readStills,
  readTaken,
  type Taken,
} from "../../src/batches/index.ts";
import { errorOf } from "../../src/database/index.ts";
import { encodeGlobalId } from "../../src/inputs/index.ts";
import { createBatch as createLoader } from "../batch.ts";
import { builder } from "../builder.ts";
import { workspaceOf } from "../context.ts";
import { BatchRowStatus, EstimateBasis, IssueSeverity } from "./enums.ts";
import { FailureType } from "./failure.ts";
import { Money } from "./money.ts";
import { Video } from "./video.ts";

export const amounts = {
  durationMs: "Length of the video in milliseconds.",
  speechCharacters:
    "Characters of the texts that a voice speaks, also of those whose speech the workspace has.",
  cpuSeconds: "Processor time of all cores, to draw, speak and encode.",
  wallSeconds:
    "Time of a worker's slot, from the arrival of its task there until the video is READY. Waiting for a slot does not count; what else uses the machine's processors makes it longer.",
  storedBytes: "Size of the video's renditions.",
} as const;
export const ALL_ATTEMPTS = "Of all attempts, also of corrections.";

export const BatchCost = builder.objectRef<OfferCost>("BatchCost").implement({
  description:
    "What videos would cost on one kind of machine: their time, processor time and objects, without the start of machines.",
  fields: (t) => ({
    offer: t.exposeString("offer", { description: "Name of the `ComputeOffer`." }),
    cost: t.field({ type: Money, description: "All of it.", resolve: ({ micros }) => ({ micros }) }),
  }),
});

export const BatchIssue = builder.prismaObject("BatchIssue", {
  description: "Something in the rows of a batch that is wrong.",
  select: { id: true },
  fields: (t) => ({
    line: t.exposeInt("line", {
      nullable: true,
      description:
        "Line of the CSV, number of the row in the sheet or in the JSON, from 1. Null: of no line.",
    }),
    column: t.exposeString("column", {
      nullable: true,
      description: "Name of the column. Null: of no column.",
    }),
    code: t.exposeString("code", {
      description: "Stable code in upper snake case, e.g. `VALUE_TOO_LONG`.",
    }),
    severity: t.field({
      type: IssueSeverity,
      description: "ERROR: the row gets no video. WARNING: it does.",
      select: { isWarning: true },
      resolve: ({ isWarning }) => (isWarning ? "WARNING" : "ERROR"),
    }),
    message: t.exposeString("message", { description: "What was expected, what came, and what to do." }),
    rowId: t.id({
      nullable: true,
      description: "Id of the `BatchRow`. Null: of no row.",
      select: { rowId: true },
      resolve: ({ rowId }) => rowId && encodeGlobalId("BatchRow", rowId),
    }),
  }),
});

const takenOf = createLoader<Omit<Taken, "rows">>((ctx, rowIds) => readTaken(ctx.db, rowIds));

const stillOf = createLoader<RowStill>((ctx, rowIds) => readStills(ctx.operations, rowIds));

const BatchRowStill = builder.objectRef<RowStill>("BatchRowStill").implement({
  description: "A picture of a row, in JPEG.",
  fields: (t) => ({
    url: t.exposeString("url", {
      description:
        "Its address, which needs no API key: who knows it may see the picture, until the batch is deleted.",
    }),
    width: t.exposeInt("width", { description: "In pixels." }),
    height: t.exposeInt("height", { description: "In pixels." }),
  }),
});

const BatchRowEstimate = builder.objectRef<RowMeasure>("BatchRowEstimate").implement({
  description: "What the video of a row is estimated to take.",
  fields: (t) => ({
    scenes: t.exposeInt("scenes", { description: "Scenes of its video." }),
    durationMs: t.exposeFloat("durationMs", { nullable: true, description: amounts.durationMs }),
    speechCharacters: t.exposeInt("speechCharacters", { description: amounts.speechCharacters }),
    cpuSeconds: t.exposeFloat("cpuSeconds", { nullable: true, description: amounts.cpuSeconds }),
    wallSeconds: t.exposeFloat("wallSeconds", { nullable: true, description: amounts.wallSeconds }),
    storedBytes: t.exposeFloat("storedBytes", { nullable: true, description: amounts.storedBytes }),
    costs: t.field({
      type: [BatchCost],
      description:
        "What it would cost on each kind of machine, in the order of `computeOffers`. Empty: the row could not be counted.",
      resolve: (measure, _args, ctx) =>
        measure.cpuSeconds === null ? [] : costByOffer(ctx.operations.offers.offers, measure),
    }),
    copiedShare: t.exposeFloat("copiedShare", {
      description:
        "Part of its length, 0 to 1, that finished videos of the workspace's batches show already, with the same settings: it is neither spoken nor drawn nor encoded, and costs nothing.",
    }),
    basis: t.expose("basis", { type: EstimateBasis, description: "What it is based on." }),
    samples: t.exposeInt("samples", { description: "Number of finished videos that it is learned from." }),
  }),
});

const BatchRowTaken = builder.objectRef<Omit<Taken, "rows">>("BatchRowTaken").implement({
  description: "What the video of a row took.",
  fields: (t) => ({
    durationMs: t.exposeFloat("durationMs", { description: amounts.durationMs }),
    speechCharacters: t.exposeInt("speechCharacters", { description: amounts.speechCharacters }),
    cpuSeconds: t.exposeFloat("cpuSeconds", { description: `${amounts.cpuSeconds} ${ALL_ATTEMPTS}` }),
    wallSeconds: t.exposeFloat("wallSeconds", { description: `${amounts.wallSeconds} ${ALL_ATTEMPTS}` }),
    storedBytes: t.exposeFloat("storedBytes", { description: amounts.storedBytes }),
    cost: t.field({
      type: Money,
      description: `What it was charged. ${ALL_ATTEMPTS}`,
      resolve: ({ costMicros: micros }) => ({ micros }),
    }),
  }),
});

export const BatchRow = builder.prismaNode("BatchRow", {
  id: { field: "id", description: "Opaque id." },
  findUnique: (id, ctx) => ({ id, workspaceId: workspaceOf(ctx) }),
  description: "What becomes one video of a batch: a line of its table, or all lines of a group.",
  select: { id: true },
  fields: (t) => ({
    key: t.exposeString("key", {
      description:
        "Identifies the row when rows are replaced: the value of the key's column or of the group, else a hash of its data.",
    }),
    line: t.exposeInt("line", { description: "Line of the table where it begins, from 1." }),
    lines: t.exposeInt("lines", { description: "Lines of the table that it consists of." }),
    status: t.expose("status", { type: BatchRowStatus, description: "Status of the row." }),
    title: t.exposeString("title", { description: "Title of its video." }),
    data: t.expose("data", { type: "JSON", description: "Data for the template." }),
    issues: t.relation("issues", {
      type: BatchIssue,
      query: { orderBy: { position: "asc" } },
      description: "What is wrong with it, at most 100 issues. A row that is not INVALID only has warnings.",
    }),
    isMissing: t.exposeBoolean("isMissing", {
      description: "Whether the table that replaced its own lacks it. Its video stays.",
    }),
    still: t.field({
      type: BatchRowStill,
      nullable: true,
      description:
        "A small picture of it: the end of the scene with the most marks. Drawn when it is first asked for, 20 rows per request, which waits for it up to 8 s. Null: it cannot be drawn, no worker has drawn it yet, or 20 others were: ask again.",
      resolve: async ({ id }, _args, ctx) => (await stillOf(ctx, id)) ?? null,
    }),
    estimate: t.field({
      type: BatchRowEstimate,
      nullable: true,
      description:
        "What its video is estimated to take. Null until a worker has measured the row. Until its video is requested, it is estimated again while other rows are finished.",
      select: { measure: true },
      resolve: ({ measure }) => RowMeasure.nullable().parse(measure),
    }),
    taken: t.field({
      type: BatchRowTaken,
      nullable: true,
      description: "What its video took. Null until it is READY.",
      resolve: async ({ id }, _args, ctx) => (await takenOf(ctx, id)) ?? null,
    }),
    duplicateOfLine: t.int({
      nullable: true,
      description: "Line of the equal row of the same table. Null unless it is a DUPLICATE of one.",
      select: { duplicateOf: true },
      resolve: ({ duplicateOf }) => duplicateOf,
    }),
    video: t.relation("video", {
      type: Video,
      nullable: true,
      description: "Its video. Null before it is requested, and after its deletion.",
    }),
    error: t.field({
      type: FailureType,
      nullable: true,
      description: "Why it FAILED.",
      select: { error: true },
      resolve: errorOf,
    }),
    endedAt: t.expose("endedAt", {
      type: "DateTime",
      nullable: true,
      description: "When it became READY, FAILED or CANCELED. Null before.",
    }),
  }),
});

builder.prismaObjectField(BatchRow, "earlier", (t) =>
  t.relation("earlier", {
    type: BatchRow,
    nullable: true,
    description:
      "The row of an earlier batch whose video shows the same. Null: there was none, or it was deleted.",
  }),
);
