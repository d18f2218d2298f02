import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findProven, hashInputs, listInputs, type Proof, proofs, recordPasses } from "./proofs.ts";
import { findReachable } from "./pure-tests.ts";

let root: string;
const write = (file: string, text: string) => writeFileSync(path.join(root, file), text);
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), "reelay-proofs-"));
  execFileSync("git", ["init", "-q", root]);
  for (const folder of ["src", "docs"]) mkdirSync(path.join(root, folder));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("a hash changes with each input and tool, and with nothing else", () => {
  const hash = (...tools: string[]) => hashInputs(root, [".", ":(exclude)docs"], tools);
  write("src/a.ts", "1");
  write(".gitignore", "*.log");
  const first = hash("ffmpeg 5");
  write("docs/page.md", "text");
  write("src/noise.log", "ignored");
  expect(hash("ffmpeg 5")).toBe(first);
  expect(hash("ffmpeg 7")).not.toBe(first);
  write("src/b.ts", "not tracked yet");
  const second = hash("ffmpeg 5");
  expect(second).not.toBe(first);
  write("src/b.ts", "changed");
  expect(hash("ffmpeg 5")).not.toBe(second);
});

test("a proof is skipped only after all of its files passed on the same inputs", () => {
  const folder = path.join(root, "records");
  const proof: Proof = { name: "both", tests: ["one.test.ts", "two.test.ts"], inputs: ["."] };
  const at = (hash: string) => new Map([[proof, hash]]);
  const record = (before: string, after: string, ...passed: string[]) =>
    recordPasses(folder, { before: at(before), after: at(after) }, new Set(passed));

  expect(findProven(folder, at("a"))).toEqual([]);
  expect(record("a", "a", "one.test.ts")).toEqual([]);
  expect(record("a", "b", ...proof.tests)).toEqual([]);
  expect(findProven(folder, at("a"))).toEqual([]);
  expect(record("a", "a", ...proof.tests)).toEqual(["both"]);
  expect(findProven(folder, at("a"))).toEqual([{ proof, hash: "a" }]);
  expect(findProven(folder, at("b"))).toEqual([]);
});

test.each(proofs)("every import of the tests of $name is among their inputs", ({ tests, inputs }) => {
  const listed = new Set(listInputs(path.resolve(import.meta.dirname, "../.."), inputs));
  expect(listed).toContain("package-lock.json");
  expect(tests.flatMap(findReachable).filter((file) => !listed.has(file))).toEqual([]);
});
