import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import { expect, test } from "vitest";
import { PrismaClient } from "../prisma/generated/client.ts";
import { createWorkerMetrics } from "../render-worker/host/metrics.ts";
import { createMetrics } from "../src/telemetry/metrics.ts";
import { createTestDatabase, patientTransactions } from "../tests/kit/index.ts";

const root = path.resolve(import.meta.dirname, "..");
const page = readFileSync(path.join(root, "docs/reference/telemetry.md"), "utf8");

/** The rows of all tables below a heading of the second level, as their cells. */
function rowsOf(heading: string): string[][] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  return section
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const namesIn = (cell = ""): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);

/** `name kind` of each. */
const documented = (heading: string): string[] =>
  rowsOf(heading).flatMap(([names, kind = ""]) => namesIn(names).map((name) => `${name} ${kind}`));

const callStart = /(?:\blog|#log)\??\.(info|warn|error|debug|fatal|trace)\(|\b(?:connection\.log|warn)\(/g;

/** The arguments of the call that begins here, up to its closing bracket. */
function argumentsAt(source: string, start: number): string {
  let depth = 1;
  let end = start;
  while (depth > 0 && end < source.length) {
    const character = source[end];
    if (character === "(") depth += 1;
    if (character === ")") depth -= 1;
    end += 1;
  }
  return source.slice(start, end - 1);
}

/**
 * Every call of a log in the sources, as `event level`; those that only pass on what they were given are left
 * out.
 */
function loggedEvents(): string[] {
  const files = globSync(
    "{src,schema,render-worker,embedded,packages/{messaging,telemetry,process,egress,object-store}}/**/*.ts",
    { cwd: root },
  );
  const events: string[] = [];
  for (const file of files) {
    if (/\.test\.ts$|\/testing\/|contract|node_modules/.test(file)) continue;
    const source = readFileSync(path.join(root, file), "utf8");
    for (const match of source.matchAll(callStart)) {
      const text = argumentsAt(source, match.index + match[0].length);
      const event = /(?:^|,\s*)"([a-z][a-z-]*(?:\.[a-z-]+)+)",?\s*(?:$|,)/.exec(text)?.[1];
      const isPassedOn = /^fields, event$/.test(text.trim()) || match[0] === "warn(";
      if (event !== undefined) events.push(`${event} ${match[1] ?? "warn"}`);
      else if (!isPassedOn) throw new Error(`A log call without an event's name in ${file}: ${text}`);
    }
  }
  return events;
}

const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();

test("the page lists exactly the events that are logged, with their levels", () => {
  expect(sorted(loggedEvents())).toEqual(sorted(documented("Logs")));
});

test("the page lists exactly the metrics that the API and the worker export", async () => {
  await using database = await createTestDatabase();
  const db = new PrismaClient({
    adapter: new PrismaPg({ connectionString: database.url }),
    transactionOptions: patientTransactions,
  });
  const text = await createMetrics(db).metrics();
  await db.$disconnect();
  const scraped = [...`${text}\n${await createWorkerMetrics().metrics()}`.matchAll(/^# TYPE (\S+) (\S+)$/gm)]
    .map(([, name, kind]) => `${name} ${kind}`)
    .filter((entry) => !/^reelay_(process|nodejs)_/.test(entry));
  expect(sorted(scraped)).toEqual(sorted(documented("Metrics")));
});

test("alerts refer only to existing metrics", () => {
  const known = new Set(documented("Metrics").map((entry) => entry.split(" ")[0]));
  const alerts = page.split("## What to alert on")[1]?.split("\n## ")[0] ?? "";
  const asked = [...alerts.matchAll(/\breelay_\w+/g)].map(([name]) => name.replace(/_bucket$/, ""));
  expect(asked.length).toBeGreaterThan(5);
  expect(asked.filter((name) => !known.has(name))).toEqual([]);
});
