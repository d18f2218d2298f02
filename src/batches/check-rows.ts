/** Rows of a table as data of a template, with everything that is wrong with them. Pure. */
import { createHash } from "node:crypto";
import { MAX_DATA_BYTES, NarrationVoice } from "@reelay/contracts";
import { comparable, findAnswers, tidyText } from "@reelay/questions";
import type { RowIssue, Table } from "@reelay/tables";
import { checkData, type SchemaIssue, type TemplateManifest } from "@reelay/templates";
import { type Cell, convertCell } from "./convert-cell.ts";
import { MAX_KEY_LENGTH, MAX_ROW_ISSUES, MAX_TITLE_LENGTH } from "./limits.ts";
import type { ColumnUse } from "./plan-columns.ts";
import type { TemplateField, TemplateFields } from "./template-fields.ts";

/** How the rows of a table become data. */
export interface RowPlan {
  manifest: TemplateManifest;
  fields: TemplateFields;
  uses: readonly ColumnUse[];
  /** Column whose value the lines of one video share; null: one video per line. */
  groupBy: string | null;
  /** Column with the keys of rows; null: a hash of the data. */
  keyColumn: string | null;
  /** Data of every row, which columns override. */
  base: Readonly<Record<string, unknown>>;
}

/** What a row says about its video. File names are those of materials. */
export interface RowSettings {
  externalId: string | null;
  voice: string | null;
  rate: number | null;
  music: string | null;
  /** File name of a material, an address, or the id of a video. */
  background: string | null;
  /** File names of the materials that its data names. */
  materials: string[];
}

/** A row before it is compared with the database. */
export interface ReadRow {
  key: string;
  hash: string;
  line: number;
  lines: number;
  /** Lines of the entries of its list, in their order; of other data, its first line. */
  itemLines: readonly number[];
  title: string;
  data: Record<string, unknown>;
  settings: RowSettings;
  /** Where it names materials, by kind. */
  names: { filename: string; kind: string; line: number; column: string }[];
  /** Columns of the external id and the voice, for issues. */
  externalIdColumn: string | null;
  voiceColumn: string | null;
  /** Where its clip is named, for issues. */
  backgroundAt: { line: number; column: string } | null;
  issues: RowIssue[];
  /** Line of an equal row before it. */
  duplicateOf: number | null;
}

interface Line {
  line: number;
  cells: readonly string[];
  issue: RowIssue | null;
}

interface Group {
  key: string | null;
  lines: Line[];
}

/**
 * All rows of a table in the order of their first lines. Reads one after the other, so that callers can pause
 * in between.
 */
export function* readRows(table: Table, plan: RowPlan): Generator<ReadRow> {
  const lines = linesOf(table);
  const answers = readAnswers(lines, table, plan);
  const keys = new Set<string>();
  const linesByHash = new Map<string, number>();
  for (const group of groupLines(lines, table, plan)) {
    const row = readRow(group, { table, plan, answers });
    if (row.issues.length === 0) {
      const equal = linesByHash.get(row.hash);
      if (equal !== undefined) row.duplicateOf = equal;
      else if (keys.has(row.key)) row.issues.push(keyRepeated(row, plan));
      else {
        keys.add(row.key);
        linesByHash.set(row.hash, row.line);
      }
    }
    yield row;
  }
}

/** Lines that were read and those that do not fit the header, as the file has them. */
function linesOf({ rows, skipped, issues }: Table): Line[] {
  const bad = skipped.map((row, at) => ({ ...row, issue: issues[at] ?? null }));
  return [...rows.map((row) => ({ ...row, issue: null })), ...bad].sort(
    (one, other) => one.line - other.line,
  );
}

function groupLines(lines: readonly Line[], { columns }: Table, { groupBy }: RowPlan): Group[] {
  if (groupBy === null) return lines.map((line) => ({ key: null, lines: [line] }));
  const at = columns.indexOf(groupBy);
  const groups: Group[] = [];
  const known = new Map<string, Group>();
  for (const line of lines) {
    const key = tidyText(line.cells[at] ?? "");
    const group = key === "" ? undefined : known.get(key);
    if (group) group.lines.push(line);
    else {
      const opened = { key, lines: [line] };
      groups.push(opened);
      if (key !== "") known.set(key, opened);
    }
  }
  return groups;
}

type Answers = ReadonlyMap<number, ReturnType<typeof findAnswers>[number]>;

/** Of the field that names an option by letter, number or text: which way is meant shows in all rows. */
function readAnswers(lines: readonly Line[], { columns }: Table, { fields, uses }: RowPlan): Answers {
  const field = fields.fields.find(({ choiceOf }) => choiceOf !== null);
  const at = columns.findIndex((name) => usedFor(uses, name) === field?.name);
  if (field === undefined || at === -1) return new Map();
  const named = lines
    .filter(({ issue }) => issue === null)
    .map(({ line, cells }) => ({
      line,
      answer: tidyText(cells[at] ?? ""),
      options: optionsOf(cells, field.choiceOf ?? "", { columns, uses }).map(({ text }) => text),
    }));
  return new Map(findAnswers(named).map((answer, index) => [named[index]?.line ?? 0, answer]));
}

const usedFor = (uses: readonly ColumnUse[], column: string): string | null =>
  uses.find(({ name }) => name === column)?.field ?? null;

function optionsOf(
  cells: readonly string[],
  list: string,
  { columns, uses }: { columns: readonly string[]; uses: readonly ColumnUse[] },
): { text: string; column: string }[] {
  return uses
    .flatMap(({ name, field }) => {
      const number = field?.startsWith(`${list}.`) ? Number(field.slice(list.length + 1)) : 0;
      return number > 0 ? [{ number, column: name, text: tidyText(cells[columns.indexOf(name)] ?? "") }] : [];
    })
    .sort((one, other) => one.number - other.number);
}

interface Reading {
  table: Table;
  plan: RowPlan;
  answers: Answers;
}

function readRow({ key, lines }: Group, reading: Reading): ReadRow {
  const { plan } = reading;
  const [first = { line: 1, cells: [], issue: null }] = lines;
  const row: ReadRow = {
    ...{ key: "", hash: "", line: first.line, lines: lines.length, title: "" },
    data: structuredClone(plan.base) as Record<string, unknown>,
    settings: { externalId: null, voice: null, rate: null, music: null, background: null, materials: [] },
    itemLines: [],
    ...{
      names: [],
      externalIdColumn: null,
      voiceColumn: null,
      backgroundAt: null,
      issues: [],
      duplicateOf: null,
    },
  };
  if (key === "") row.issues.push(groupMissing(first.line, plan));
  const readable = lines.filter((line) => {
    if (line.issue !== null) row.issues.push(line.issue);
    return line.issue === null;
  });
  const { items } = plan.fields;
  // A line without any value of its item is an item that lacks all of them.
  const list: Record<string, unknown>[] | null =
    items !== null && plan.uses.some(({ field }) => field !== null && itemFieldOf(field, plan) !== null)
      ? []
      : null;
  if (items !== null && list !== null) row.data[items.name] = list;
  row.itemLines = readable.map(({ line }) => line);
  const origins: Origin[] = readable.map(({ line }) => ({ line, failed: new Set() }));
  const values = new Map<string, { value: Cell; line: number; column: string }>();
  let title: string | null = null;
  for (const [at, line] of readable.entries()) {
    const item: Record<string, unknown> = {};
    for (const { field, cell, column } of cellsOf(line, reading)) {
      const read = convertCell(field, cell, { answer: reading.answers.get(line.line) });
      if (!read.ok) {
        origins[at]?.failed.add(field.name);
        row.issues.push({ line: line.line, column, code: read.code, message: read.message });
        continue;
      }
      if (field.material !== null)
        row.names.push({ filename: String(read.value), kind: field.material, line: line.line, column });
      const inner = itemFieldOf(field.name, plan);
      if (inner !== null) setAt(item, inner, read.value);
      else {
        const known = values.get(field.name);
        if (known === undefined) values.set(field.name, { value: read.value, line: line.line, column });
        else if (known.value !== read.value) row.issues.push(conflict(line.line, column, known));
      }
      title ??= typeof read.value === "string" && !isSetting(field) ? read.value : null;
    }
    checkChoices(row, line, reading);
    list?.push(item);
  }
  for (const [name, { value, line, column }] of values) {
    if (name.startsWith("video.")) setVideo(row, name, { value, line, column });
    else setAt(row.data, name.split("."), value);
  }
  if (readable.length > 0) row.issues.push(...checkSchema(row, origins, reading));
  const own = row.data["title"];
  const named = typeof own === "string" ? own : title;
  row.title = cut(String(values.get("video.title")?.value ?? key ?? named ?? `Row ${row.line}`));
  return identify(row, first, key, reading);
}

interface Origin {
  line: number;
  /** Fields whose cells could not be read. */
  failed: Set<string>;
}

/** Cells with something in them, with the fields that they hold. */
function cellsOf(
  { cells }: Line,
  { table, plan }: Reading,
): { field: TemplateField; cell: string; column: string }[] {
  const byName = new Map(plan.fields.fields.map((field) => [field.name, field]));
  return plan.uses.flatMap(({ name, field: used }) => {
    const cell = cells[table.columns.indexOf(name)] ?? "";
    const field = byName.get(used ?? "");
    return field === undefined || cell === "" ? [] : [{ field, cell, column: name }];
  });
}

/** The path inside an item; null: a field of the whole data. */
function itemFieldOf(name: string, { fields: { items } }: RowPlan): string[] | null {
  return items !== null && name.startsWith(`${items.name}.`)
    ? name.slice(items.name.length + 1).split(".")
    : null;
}

const isSetting = ({ name, allowed }: TemplateField): boolean =>
  allowed !== null || name.startsWith("video.") || /(?:^|\.)(?:id|language)$/.test(name);

/** Sets a value at a path whose numbers are entries of a list, from 1. */
function setAt(target: Record<string, unknown>, [name = "", entry]: readonly string[], value: Cell): void {
  if (entry === undefined) {
    target[name] = value;
    return;
  }
  const list = Array.isArray(target[name]) ? (target[name] as unknown[]) : [];
  // Empty entries before it stay visible: leaving them out would move the others.
  while (list.length < Number(entry) - 1) list.push("");
  list[Number(entry) - 1] = value;
  target[name] = list;
}

function setVideo(
  row: ReadRow,
  name: string,
  { value, line, column }: { value: Cell; line: number; column: string },
): void {
  const text = String(value);
  const refuse = (code: string, message: string) => row.issues.push({ line, column, code, message });
  if (name === "video.externalId") {
    row.externalIdColumn = column;
    row.settings.externalId = text;
    if (text.length > 255)
      refuse("EXTERNAL_ID_INVALID", `The external id has ${text.length} characters; use 1 to 255.`);
  }
  if (name === "video.music") row.settings.music = text;
  if (name === "video.background") {
    row.settings.background = text;
    row.backgroundAt = { line, column };
  }
  if (name === "video.voice") {
    row.voiceColumn = column;
    row.settings.voice = text;
    if (!NarrationVoice.shape.name.safeParse(text).success)
      refuse(
        "VOICE_INVALID",
        `${shown(text)} is not the name of a voice. Use one such as "slt", or NONE for silence.`,
      );
  }
  if (name === "video.rate") {
    row.settings.rate = Number(value);
    if (!NarrationVoice.shape.rate.safeParse(value).success)
      refuse("RATE_INVALID", `The speed of the voice is ${text}; use 0.5 to 2.`);
  }
  if (name === "video.title" && text.length > MAX_TITLE_LENGTH)
    refuse("TITLE_INVALID", `The title has ${text.length} characters; use at most ${MAX_TITLE_LENGTH}.`);
}

/** Options of which one is right must differ. */
function checkChoices(row: ReadRow, line: Line, { table, plan }: Reading): void {
  const list = plan.fields.fields.find(({ choiceOf }) => choiceOf !== null)?.choiceOf;
  if (list == null) return;
  const seen = new Map<string, string>();
  for (const { text, column } of optionsOf(line.cells, list, { columns: table.columns, uses: plan.uses })) {
    if (text === "") continue;
    const known = seen.get(comparable(text, "und"));
    if (known === undefined) seen.set(comparable(text, "und"), column);
    else
      row.issues.push({
        ...{ line: line.line, column, code: "OPTION_DUPLICATE" },
        message: `${shown(text)} is also in the column ${shown(known)}. Write different options.`,
      });
  }
}

function checkSchema(row: ReadRow, origins: readonly Origin[], { table, plan }: Reading): RowIssue[] {
  const checked = checkData(plan.manifest, row.data);
  const sizeBytes = Buffer.byteLength(JSON.stringify(row.data));
  if (sizeBytes > MAX_DATA_BYTES)
    return [
      {
        ...{ line: row.line, column: null, code: "DATA_TOO_LARGE" },
        message: `The data has ${sizeBytes} bytes as JSON, and may have ${MAX_DATA_BYTES}. Divide it into several rows.`,
      },
    ];
  if (checked.ok) return [];
  return checked.issues.flatMap((issue) => {
    const { field, origin } = placeOf(issue.path, origins, plan);
    // A cell that could not be read looks as if it was missing.
    if (origin && [...origin.failed].some((one) => one === field || one.startsWith(`${field}.`))) return [];
    const line = origin?.line ?? row.line;
    const column = columnFor(field, issue, { table, plan }, row);
    return [
      { line, column, code: codes[issue.keyword] ?? "VALUE_INVALID", message: sentence(issue, column) },
    ];
  });
}

/** Codes by the keyword of JSON Schema. */
const codes: Readonly<Record<string, string>> = {
  ...{ required: "VALUE_MISSING", minLength: "VALUE_TOO_SHORT", maxLength: "VALUE_TOO_LONG" },
  ...{ minItems: "VALUES_TOO_FEW", maxItems: "VALUES_TOO_MANY", enum: "VALUE_NOT_ALLOWED" },
  ...{ minimum: "VALUE_OUT_OF_RANGE", maximum: "VALUE_OUT_OF_RANGE", anyOf: "VALUE_MISSING" },
  ...{ additionalProperties: "FIELD_UNKNOWN", pattern: "VALUE_INVALID" },
  characters: "TEXT_FORBIDDEN_CHARACTER",
};

/** The field of a JSON pointer, and the line that its item comes from. */
function placeOf(pointer: string, origins: readonly Origin[], { fields: { items } }: RowPlan) {
  const [name = "", second, ...rest] = pointer.split("/").slice(1);
  const isItem = items !== null && name === items.name && second !== undefined;
  const path = isItem ? [name, ...rest] : second === undefined ? [name] : [name, second, ...rest];
  const field = path.map((part) => (/^\d+$/.test(part) ? String(Number(part) + 1) : part)).join(".");
  return { field, origin: isItem ? origins[Number(second)] : origins[0] };
}

/** Where the value of a JSON pointer comes from. */
export function findPlace(
  pointer: string,
  { itemLines, line }: Pick<ReadRow, "itemLines" | "line">,
  plan: RowPlan,
): { line: number; column: string | null } {
  const origins = itemLines.map((itemLine) => ({ line: itemLine, failed: new Set<string>() }));
  const { field, origin } = placeOf(pointer, origins, plan);
  const columnOf = (name: string): string | null => plan.uses.find((use) => use.field === name)?.name ?? null;
  return { line: origin?.line ?? line, column: columnOf(field) ?? columnOf(`${field}.1`) };
}

/** A message without the JSON pointer that it begins with, which a table does not have. */
export function withoutPointer(message: string): string {
  const text = message.startsWith("/") ? message.slice(message.indexOf(": ") + 2) : message;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function columnFor(
  field: string,
  { keyword, path }: SchemaIssue,
  { plan }: Pick<Reading, "table" | "plan">,
  row: ReadRow,
) {
  const columnOf = (name: string): string | null => plan.uses.find((use) => use.field === name)?.name ?? null;
  if (keyword !== "minItems") return columnOf(field) ?? columnOf(`${field}.1`);
  const list: unknown = path
    .split("/")
    .slice(1)
    .reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], row.data);
  return columnOf(`${field}.${Array.isArray(list) ? list.length + 1 : 1}`);
}

/** The sentence of the schema's check without its pointer, which a table does not have. */
function sentence({ message, keyword }: SchemaIssue, column: string | null): string {
  const text = message.slice(message.indexOf(": ") + 2);
  const remedy =
    column === null && keyword === "required"
      ? "Add a column with it, or set it for all rows."
      : "Correct the row.";
  return `${text.charAt(0).toUpperCase()}${text.slice(1)} ${remedy}`;
}

function identify(row: ReadRow, first: Line, group: string | null, { table, plan }: Reading): ReadRow {
  const { settings, data } = row;
  settings.materials = [
    ...new Set(
      row.names.filter(({ filename }) => filename !== settings.music).map(({ filename }) => filename),
    ),
  ].sort();
  row.hash = createHash("sha256")
    .update(JSON.stringify([data, settings, row.title]))
    .digest("hex");
  row.key = group ?? row.hash.slice(0, 32);
  if (plan.keyColumn !== null) {
    row.key = tidyText(first.cells[table.columns.indexOf(plan.keyColumn)] ?? "");
    if (row.key === "" && first.issue === null) row.issues.push(keyMissing(row.line, plan.keyColumn));
  }
  if (row.key.length > MAX_KEY_LENGTH) row.issues.push(keyTooLong(row, plan));
  if (row.issues.length > MAX_ROW_ISSUES) {
    const more = row.issues.length - MAX_ROW_ISSUES + 1;
    row.issues.length = MAX_ROW_ISSUES - 1;
    row.issues.push({
      ...{ line: row.line, column: null, code: "ISSUES_TOO_MANY" },
      message: `The row has ${more} more issues, which are not listed. Correct these first.`,
    });
  }
  return row;
}

const cut = (text: string): string => {
  const characters = Array.from(tidyText(text).replaceAll("\0", "").toWellFormed());
  return characters.length > MAX_TITLE_LENGTH
    ? `${characters.slice(0, MAX_TITLE_LENGTH - 1).join("")}…`
    : characters.join("");
};

const shown = (text: string): string => JSON.stringify(text.slice(0, 60).toWellFormed());

const groupMissing = (line: number, { groupBy }: RowPlan): RowIssue => ({
  ...{ line, column: groupBy, code: "GROUP_MISSING" },
  message: "The cell is empty, so the row belongs to no video. Write the same value in all rows of a video.",
});

const keyMissing = (line: number, column: string): RowIssue => ({
  ...{ line, column, code: "KEY_MISSING" },
  message: "The row has no key. Write a value that no other row has.",
});

const keyTooLong = ({ line, key }: ReadRow, { keyColumn, groupBy }: RowPlan): RowIssue => ({
  ...{ line, column: keyColumn ?? groupBy, code: "KEY_TOO_LONG" },
  message: `The key has ${key.length} characters and may have ${MAX_KEY_LENGTH}. Shorten it.`,
});

const keyRepeated = ({ line, key }: ReadRow, { keyColumn }: RowPlan): RowIssue => ({
  ...{ line, column: keyColumn, code: "KEY_REPEATED" },
  message: `An earlier row has the key ${shown(key)}, too. Write a value that no other row has.`,
});

const conflict = (line: number, column: string, known: { value: Cell; line: number }): RowIssue => ({
  ...{ line, column, code: "VALUE_CONFLICT" },
  message: `Line ${known.line} of the same video has ${shown(String(known.value))} here. Write the same value in all rows of a video, or leave the others empty.`,
});
