import { type BatchPreview, previewBatch, type TemplateField } from "../../src/batches/index.ts";
import { builder } from "../builder.ts";
import { viewerWith } from "../context.ts";
import { given } from "../given.ts";

export const BatchSourceInput = builder.inputType("BatchSourceInput", {
  description: "Rows: a table with a header, or a list of objects.",
  isOneOf: true,
  fields: (t) => ({
    csv: t.string({
      description:
        "CSV with a header, delimited by commas, semicolons, tabs or bars. The whole request has at most 1 MiB: send larger tables as materials.",
    }),
    json: t.string({
      description: 'JSON: a list of objects whose fields are the columns, `[{ "question": "…" }]`.',
    }),
    material: t.id({
      description: "Id of a READY material of the kind TABLE: a file named .csv, .tsv or .xlsx.",
    }),
    questionSet: t.id({ description: "Id of a question set: its accepted questions." }),
  }),
});

export const BatchColumnInput = builder.inputType("BatchColumnInput", {
  description: "The column that holds a field of the template.",
  fields: (t) => ({
    field: t.string({ required: true, description: "Name of the field, see `BatchPreview.fields`." }),
    column: t.string({ required: true, description: "Name of the column." }),
  }),
});

/** How a table is read, for previews and batches alike. */
export const tableInput = {
  source: "The rows, at most 10,000.",
  template: "Name of the template, see `templates`.",
  version: "Version of the template. Default: the newest.",
  columns: "Columns of fields that their names do not tell. Others are found by their names.",
  groupBy:
    "Column whose value the rows of one video share, such as a topic. Default: each row becomes a video.",
  keyColumn:
    "Column that identifies rows when they are replaced. Default: a hash of the row's data. Not with `groupBy`.",
  data: "Data of all rows, which columns override, such as a title or a theme.",
} as const;

const PreviewBatchInput = builder.inputType("PreviewBatchInput", {
  description: "A table whose columns are to be recognized.",
  fields: (t) => ({
    source: t.field({ type: BatchSourceInput, required: true, description: tableInput.source }),
    template: t.string({ required: true, description: tableInput.template }),
    version: t.int({ description: tableInput.version }),
    columns: t.field({ type: [BatchColumnInput], description: tableInput.columns }),
    groupBy: t.string({ description: tableInput.groupBy }),
    keyColumn: t.string({ description: tableInput.keyColumn }),
    data: t.field({ type: "JSON", description: tableInput.data }),
  }),
});

const PreviewColumn = builder.objectRef<BatchPreview["columns"][number]>("BatchPreviewColumn").implement({
  description: "A column of a table, and what it would be used for.",
  fields: (t) => ({
    name: t.exposeString("name", { description: "Name of the column." }),
    field: t.exposeString("field", {
      nullable: true,
      description: "Name of the field that it holds. Null: it is not used.",
    }),
    suggestion: t.exposeString("suggestion", {
      nullable: true,
      description: "The field whose name is similar. Null: none, or the column is used.",
    }),
    samples: t.exposeStringList("samples", { description: "Its first different values, at most three." }),
  }),
});

const PreviewField = builder.objectRef<TemplateField>("BatchField").implement({
  description: "A field that a column can hold.",
  fields: (t) => ({
    name: t.exposeString("name", {
      description:
        "`title`, or `questions.options.2` for the second entry of a list. Those of the video itself begin with `video.`.",
    }),
    type: t.exposeString("type", { description: "`string`, `integer`, `number` or `boolean`." }),
    isRequired: t.exposeBoolean("isRequired", { description: "Whether every row needs a value." }),
    description: t.exposeString("description", { nullable: true, description: "What it is." }),
    allowed: t.stringList({
      nullable: true,
      description: "Values that are allowed. Null: any.",
      resolve: ({ allowed }) => allowed && [...allowed],
    }),
  }),
});

const BatchPreviewType = builder.objectRef<BatchPreview>("BatchPreview").implement({
  description: "What a batch would make of a table.",
  fields: (t) => ({
    columns: t.field({
      type: [PreviewColumn],
      description: "The columns in their order.",
      resolve: ({ columns }) => columns,
    }),
    fields: t.field({
      type: [PreviewField],
      description: "The fields that columns can hold.",
      resolve: ({ fields }) => [...fields],
    }),
    missing: t.stringList({
      description:
        "Required fields that no column holds. `createBatch` refuses the table until there are none.",
      resolve: ({ missing }) => [...missing],
    }),
    canGroup: t.exposeBoolean("canGroup", { description: "Whether several rows can make one video." }),
    lines: t.exposeInt("lines", { description: "Rows of the table." }),
  }),
});

builder.queryField("previewBatch", (t) =>
  t.field({
    type: BatchPreviewType,
    description:
      "Reads a table and recognizes its columns by their names. Writes nothing. Requires the scope WRITE.",
    args: { input: t.arg({ type: PreviewBatchInput, required: true, description: "The table." }) },
    resolve: async (_root, { input }, ctx) =>
      previewBatch(ctx.operations, viewerWith(ctx, "WRITE"), given(input)),
  }),
);
