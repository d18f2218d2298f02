import { errorOf } from "../../src/database/index.ts";
import { encodeGlobalId } from "../../src/inputs/index.ts";
import { builder } from "../builder.ts";
import { workspaceOf } from "../context.ts";
import { BatchRowStatus } from "./enums.ts";
import { FailureType } from "./failure.ts";
import { Video } from "./video.ts";

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
    message: t.exposeString("message", { description: "What was expected, what came, and what to do." }),
    rowId: t.id({
      nullable: true,
      description: "Id of the `BatchRow`. Null: of no row.",
      select: { rowId: true },
      resolve: ({ rowId }) => rowId && encodeGlobalId("BatchRow", rowId),
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
      description: "What is wrong with it, at most 100 issues. Empty unless it is INVALID.",
    }),
    isMissing: t.exposeBoolean("isMissing", {
      description: "Whether the table that replaced its own lacks it. Its video stays.",
    }),
    duplicateOfLine: t.int({
      nullable: true,
      description: "Line of the row that it equals. Null unless it is a DUPLICATE.",
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
