import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { eventTypes } from "./event-types.ts";

test("the telemetry page lists every event type and no other", () => {
  const page = readFileSync(new URL("../../docs/reference/telemetry.md", import.meta.url), "utf8");
  const section = page.split("\n## Events\n")[1] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| `"));
  const cells = rows.map((row) => row.split("|")[1] ?? "").join();
  const documented = Array.from(cells.matchAll(/`([a-z]+\.[a-z-]+)`/g), ([, name]) => name);
  expect(new Set(documented)).toEqual(new Set(eventTypes));
  expect(documented).toHaveLength(eventTypes.length);
});
