import type { Table } from "@reelay/tables";
import { checkData } from "@reelay/templates";
import type { Db } from "../database/index.ts";
import { InvalidDataError, InvalidInputError, InvalidTableError } from "../errors/index.ts";
import { findTemplate, type KnownTemplate } from "../templates/index.ts";
import type { RowPlan } from "./check-rows.ts";
import { type ChosenColumn, columnNameOf, planColumns } from "./plan-columns.ts";
import { fieldsOf } from "./template-fields.ts";

/** How a client wants a table to be read. */
export interface TableInput {
  template: string;
  version?: number | null;
  columns?: readonly ChosenColumn[] | null;
  groupBy?: string | null;
  keyColumn?: string | null;
  data?: unknown;
}

export interface PlannedTable {
  template: KnownTemplate;
  plan: RowPlan;
  /** Required fields that no column holds. */
  missing: string[];
}

/**
 * Throws `InvalidInputError` (`TEMPLATE_NOT_FOUND`, `COLUMN_UNKNOWN`, `FIELD_UNKNOWN`, `FIELD_REPEATED`,
 * `GROUP_BY_INVALID`, `KEY_COLUMN_INVALID`, `DATA_INVALID`), `InvalidDataError` and `ConflictError`
 * (`TEMPLATE_NOT_READY`).
 */
export async function planTable(
  { db, workspaceId }: { db: Db; workspaceId: string },
  table: Pick<Table, "columns">,
  input: TableInput,
): Promise<PlannedTable> {
  const field = input.version == null ? "template" : "version";
  const template = await findTemplate(db, workspaceId, {
    name: input.template,
    version: input.version ?? null,
    field,
  });
  const fields = fieldsOf(template.manifest);
  const { columns } = table;
  const groupBy = findColumn(columns, "groupBy", input.groupBy ?? null);
  const keyColumn = findColumn(columns, "keyColumn", input.keyColumn ?? null);
  if (groupBy !== null && fields.items === null)
    throw new InvalidInputError(
      "GROUP_BY_INVALID",
      "groupBy",
      `groupBy: the template ${template.manifest.name} has no list that rows could be the entries of. Omit it: each row becomes a video.`,
    );
  if (groupBy !== null && keyColumn !== null)
    throw new InvalidInputError(
      "KEY_COLUMN_INVALID",
      "keyColumn",
      "keyColumn: with groupBy, the group's value is the key. Omit one of them.",
    );
  const chosen = checkChosen(input.columns ?? [], { columns, fields });
  const reserved = [groupBy, keyColumn].filter((name) => name !== null);
  const uses = planColumns(columns, fields, { chosen, reserved });
  const base = checkBase(input.data ?? {}, template);
  const plan = { manifest: template.manifest, fields, uses, groupBy, keyColumn, base };
  return { template, plan, missing: findMissing(plan) };
}

/** Required fields that no column holds. */
function findMissing({ fields, uses, base }: Pick<RowPlan, "fields" | "uses" | "base">): string[] {
  const used = new Set(uses.flatMap((use) => use.field ?? []));
  return fields.fields
    .filter(({ name, isRequired }) => isRequired && !used.has(name) && !hasBase(base, name, used))
    .map(({ name }) => name);
}

/** Columns of a table by the names that people give them. */
export interface ColumnCheck {
  /** That the template requires. */
  required: string[];
  /** Of these, those that the table lacks. */
  missing: string[];
  /** Columns that may be meant for a missing one, by their names in the table. */
  similar: { column: string; name: string }[];
  /** Whether any column holds a field of the template. */
  isUsed: boolean;
}

/** Compares the columns of a table with a template, as `createBatch` does without settings. Pure. */
export function checkColumns(
  manifest: Pick<KnownTemplate["manifest"], "data">,
  columns: readonly string[],
): ColumnCheck {
  const fields = fieldsOf(manifest);
  const uses = planColumns(columns, fields, { chosen: [], reserved: [] });
  const missing = findMissing({ fields, uses, base: {} });
  const nameOf = new Map(fields.fields.map((field) => [field.name, columnNameOf(field)]));
  return {
    required: fields.fields.filter(({ isRequired }) => isRequired).map(columnNameOf),
    missing: missing.map((field) => nameOf.get(field) ?? field),
    similar: uses.flatMap(({ name: column, suggestion }) =>
      suggestion !== null && missing.includes(suggestion)
        ? [{ column, name: nameOf.get(suggestion) ?? suggestion }]
        : [],
    ),
    isUsed: uses.some(({ field }) => field !== null),
  };
}

/** Whether the data of all rows has the field; an item's fields only count as a whole. */
function hasBase(base: RowPlan["base"], name: string, used: ReadonlySet<string>): boolean {
  const [first = ""] = name.split(".");
  return base[first] !== undefined && ![...used].some((other) => other.startsWith(`${first}.`));
}

/** Throws `InvalidTableError` (`COLUMN_MISSING`) unless every required field has a column. */
export function assertComplete({ plan: { uses }, missing }: PlannedTable, field: string): void {
  if (missing.length === 0 && uses.some((use) => use.field !== null)) return;
  const shown = (text: string): string => JSON.stringify(text.slice(0, 60));
  const hints = uses.flatMap(({ name, suggestion }) =>
    suggestion === null ? [] : [`Is ${shown(name)} the column of ${suggestion}?`],
  );
  const found = uses.map(({ name }) => shown(name)).join(", ");
  const lacks =
    missing.length === 0
      ? "no column that the template uses"
      : `no column for ${missing.slice(0, 10).join(", ")}`;
  throw new InvalidTableError(
    "COLUMN_MISSING",
    `The table has ${lacks}; it has ${found}. ${hints.join(" ")} Rename columns, or choose them in \`columns\`.`.replaceAll(
      "  ",
      " ",
    ),
    { field, line: 1, column: null },
  );
}

function findColumn(columns: readonly string[], field: string, wanted: string | null): string | null {
  if (wanted === null) return null;
  const lower = wanted.trim().toLowerCase();
  const found = columns.find((name) => name.toLowerCase() === lower);
  if (found !== undefined) return found;
  const known = columns.map((name) => JSON.stringify(name.slice(0, 60))).join(", ");
  throw new InvalidInputError(
    "COLUMN_UNKNOWN",
    field,
    `${field}: the table has no column ${JSON.stringify(wanted.slice(0, 60).toWellFormed())}; it has ${known}.`,
  );
}

function checkChosen(
  chosen: readonly ChosenColumn[],
  { columns, fields }: { columns: readonly string[]; fields: RowPlan["fields"] },
): ChosenColumn[] {
  const seen = new Set<string>();
  return chosen.map(({ field, column }, at) => {
    const path = `columns.${at}`;
    const shown = JSON.stringify(field.slice(0, 60).toWellFormed());
    if (!fields.fields.some(({ name }) => name === field))
      throw new InvalidInputError(
        "FIELD_UNKNOWN",
        `${path}.field`,
        `${path}.field: the template has no field ${shown}; it has ${fields.fields.map(({ name }) => name).join(", ")}.`,
      );
    if (seen.has(field))
      throw new InvalidInputError(
        "FIELD_REPEATED",
        `${path}.field`,
        `${path}.field: ${shown} has another column already. Choose one column per field.`,
      );
    seen.add(field);
    return { field, column: findColumn(columns, `${path}.column`, column) ?? column };
  });
}

/** Keywords that rows may still satisfy. */
const incomplete = new Set(["required", "minItems", "anyOf"]);

function checkBase(data: unknown, { manifest }: KnownTemplate): RowPlan["base"] {
  if (typeof data !== "object" || data === null || Array.isArray(data))
    throw new InvalidInputError("DATA_INVALID", "data", "data: pass an object with fields of the template.");
  const checked = checkData(manifest, data);
  const issues = checked.ok ? [] : checked.issues.filter(({ keyword }) => !incomplete.has(keyword));
  if (issues.length > 0)
    throw new InvalidDataError(
      manifest.name,
      issues.map(({ path, code, message }) => ({ path, code, message })),
    );
  return data as RowPlan["base"];
}
