import { readCsv } from "@reelay/tables";
import { expect, test } from "vitest";
import { readRows } from "./check-rows.ts";
import { planTable } from "./plan-rows.ts";
import { plantFaults } from "./testing/plant-faults.ts";

const order = (one: { line: number | null }, other: { line: number | null }) =>
  (one.line ?? 0) - (other.line ?? 0);

test.each([",", ";", "\t"])(
  "of 41 kinds of faults in a table with %j all are found, and none is invented",
  async (delimiter) => {
    const planted = plantFaults({ rows: 1_000, delimiter });
    const table = readCsv(planted.csv);
    const { plan } = await planTable(table, { template: "quiz-classic", keyColumn: "id" });
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
