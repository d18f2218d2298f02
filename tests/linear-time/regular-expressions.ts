/** Regular expressions in the project's own sources, found in their syntax trees. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseSync, Visitor } from "oxc-parser";

export interface FoundExpression {
  pattern: string;
  flags: string;
  /** `file:line`. */
  at: string;
}

const ROOT = resolve(import.meta.dirname, "../..");
/** Code that runs on texts of its own making only. */
const EXEMPT = /\.test\.tsx?$|\/testing\/|\/generated|^(?:tests|bench|chaos|scripts|examples)\//;

/** Every regular expression literal outside tests and tools, each pattern once. */
export function findExpressions(): FoundExpression[] {
  const list = execFileSync("git", ["ls-files", "*.ts", "*.tsx"], { cwd: ROOT, encoding: "utf8" });
  const found = new Map<string, FoundExpression>();
  for (const file of list
    .trim()
    .split("\n")
    .filter((name) => !EXEMPT.test(name))) {
    const text = readFileSync(resolve(ROOT, file), "utf8");
    const { program } = parseSync(file, text);
    new Visitor({
      Literal(node) {
        if (!("regex" in node)) return;
        const { pattern, flags } = node.regex;
        const line = text.slice(0, node.start).split("\n").length;
        found.set(`/${pattern}/${flags}`, { pattern, flags, at: `${file}:${line}` });
      },
    }).visit(program);
  }
  return [...found.values()];
}
