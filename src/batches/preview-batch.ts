import type { Table } from "@reelay/tables";
import type { Viewer } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import type { ColumnUse } from "./plan-columns.ts";
import { planTable, type TableInput } from "./plan-rows.ts";
import { type BatchSourceInput, readSource } from "./read-source.ts";
import type { TemplateField } from "./template-fields.ts";

const SAMPLES = 3;

/** What would become of a table, before anything is written. */
export interface BatchPreview {
  columns: (ColumnUse & { samples: string[] })[];
  fields: readonly TemplateField[];
  /** Required fields that no column holds. */
  missing: readonly string[];
  /** Whether rows can be grouped. */
  canGroup: boolean;
  lines: number;
}

/** Reads a table and proposes what its columns are used for. Throws as `createBatch` does. */
export async function previewBatch(
  deps: Pick<OperationDeps, "db" | "store">,
  viewer: Pick<Viewer, "workspaceId">,
  { source, ...input }: TableInput & { source: BatchSourceInput },
): Promise<BatchPreview> {
  const { table } = await readSource(deps, viewer, source);
  const { plan, missing } = await planTable({ db: deps.db, workspaceId: viewer.workspaceId }, table, input);
  return {
    columns: plan.uses.map((use, at) => ({ ...use, samples: samplesOf(table, at) })),
    ...{ fields: plan.fields.fields, missing, canGroup: plan.fields.items !== null },
    lines: table.rows.length + table.skipped.length,
  };
}

const samplesOf = ({ rows }: Table, at: number): string[] =>
  [...new Set(rows.map(({ cells }) => cells[at] ?? "").filter((cell) => cell !== ""))].slice(0, SAMPLES);
