import { type Table, type TableRow, writeCsv } from "@reelay/tables";
import type { OperationDeps } from "../context/index.ts";
import type { OwnBatch } from "./own-batch.ts";
import { parseTable, readStored } from "./read-source.ts";
import { BatchSettings } from "./settings.ts";

/** Name of the added column; another one if the table has it. */
const COLUMN = "issues";
const MAX_CELL_LENGTH = 10_000;

/**
 * The rows of a batch as a CSV with a column `issues`, for correcting them in a spreadsheet, which runs none
 * of its cells. `onlyWithIssues` leaves out the others. Null if the workspace has no such batch.
 */
export async function exportBatchRows(
  { db, store }: Pick<OperationDeps, "db" | "store">,
  { workspaceId, batchId }: OwnBatch,
  { onlyWithIssues = false }: { onlyWithIssues?: boolean } = {},
): Promise<string | null> {
  const batch = await db.batch.findFirst({
    where: { id: batchId, workspaceId },
    select: { settings: true, sourceKey: true },
  });
  if (batch === null) return null;
  const { format } = BatchSettings.parse(batch.settings);
  const table = await parseTable({ format, content: await readStored(store, batch.sourceKey) });
  const issues = await db.batchIssue.findMany({
    where: { batchId },
    orderBy: { position: "asc" },
    select: { line: true, column: true, message: true },
  });
  const byLine = Map.groupBy(issues, ({ line }) => line ?? 0);
  const told = (line: number): string =>
    (byLine.get(line) ?? [])
      .map(({ column, message }) => (column === null ? message : `${column}: ${message}`))
      .join("\n")
      .slice(0, MAX_CELL_LENGTH);
  const rows = [...table.rows, ...table.skipped]
    .sort((one, other) => one.line - other.line)
    .filter(({ line }) => !onlyWithIssues || byLine.has(line));
  const width = table.columns.length;
  const cellsOf = ({ line, cells }: TableRow): string[] => {
    // Cells beyond the header stay visible, so that none is lost.
    const beyond = cells.slice(width).filter((cell) => cell !== "");
    const last = [told(line), ...beyond].filter((text) => text !== "").join("\n");
    return [...Array.from({ length: width }, (_, at) => cells[at] ?? ""), last];
  };
  return writeCsv([...table.columns, nameIn(table)], rows.map(cellsOf));
}

function nameIn({ columns }: Table): string {
  const taken = new Set(columns.map((name) => name.toLowerCase()));
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? COLUMN : `${COLUMN} ${number}`;
    if (!taken.has(name)) return name;
  }
}
