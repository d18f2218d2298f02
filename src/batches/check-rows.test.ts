import { readCsv } from "@reelay/tables";
import { builtInTemplates, loadTemplate } from "@reelay/templates";
import { expect, test } from "vitest";
import { readRows } from "./check-rows.ts";
import { planColumns } from "./plan-columns.ts";
import { fieldsOf } from "./template-fields.ts";
import { plantFaults } from "./testing/plant-faults.ts";

const order = (one: { line: number | null }, other: { line: number | null }) =>
  (one.line ?? 0) - (other.line ?? 0);

test.each([",", ";", "\t"])(
  "of 41 kinds of faults in a table with %j all are found, and none is invented",
  async (delimiter) => {
    const planted = plantFaults({ rows: 1_000, delimiter });
    const table = readCsv(planted.csv);
    const { manifest } = await loadTemplate((await builtInTemplates()).get("quiz-classic") ?? "");
    const fields = fieldsOf(manifest);
    const uses = planColumns(table.columns, fields, { chosen: [], reserved: ["id"] });
    const plan = { manifest, fields, uses, groupBy: null, keyColumn: "id", base: {} };
    const rows = [...readRows(table, plan)];
    const found = rows.flatMap(({ issues }) =>
      issues.map(({ line, column, code }) => ({ line, column, code })),
    );
    expect(planted.inRows).toHaveLength(41);
    expect(found.toSorted(order)).toEqual(planted.inRows);
    expect(rows).toHaveLength(1_000);
    expect(
      rows
        .filter(({ duplicateOf }) => duplicateOf !== null)
        .map(({ line, duplicateOf: of }) => ({ line, of })),
    ).toEqual([planted.duplicate]);
  },
);
