import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findInputs, findOwnInputs, type Hashes, hashInputs } from "./inputs.ts";
import { commitPasses, explainLack, findPasses, recordPasses } from "./passes.ts";
import { type Proof, proofs } from "./proofs.ts";

let root: string;
function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
}
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), "reelay-proofs-"));
  execFileSync("git", ["init", "-q", root]);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const proof: Proof = { name: "both", tests: ["tests/one.test.ts", "tests/two.test.ts"], tools: [] };
const nowhere = { files: [], imported: [] };

/** Of a proof with one test. */
function inputsOf(more: readonly string[] = []) {
  const one: Proof = { name: "one", tests: ["tests/one.test.ts"], more, tools: [] };
  const inputs = findInputs(root, [one], nowhere);
  const [hashes] = hashInputs(root, inputs).values();
  const [lists] = inputs.values();
  return { ...lists, hashes };
}

test("inputs are the files that a test names, directly or through others, and no more", () => {
  write(".gitignore", "dist/\n");
  write("package.json", "{}");
  write("src/main.ts", `import type { Kind } from "./types.ts";\nimport "./deep/used.ts";\n`);
  write("src/types.ts", "export type Kind = 1;");
  write("src/deep/used.ts", `export const page = () => import('./late.ts');\n`);
  write("src/deep/late.ts", "");
  write("src/other.ts", "");
  write("tests/fixtures/a.bin", "1");
  write("tests/fixtures/sub/b.bin", "1");
  write("tests/fixtures/c.test.ts", "");
  write("packages/p/package.json", `{ "name": "@reelay/p", "exports": { "./deep": "./src/deep.ts" } }`);
  write("packages/p/src/deep.ts", "");
  write("dist/made.js", "");
  write("tests/server/start.ts", "build(import.meta.dirname);");
  write("tests/server/main.go", "");
  write(
    "tests/one.test.ts",
    `import { deep } from "@reelay/p/deep";
     start("src/main.ts");
     start("node tests/server/start.ts --quick");
     join(import.meta.dirname, "fixtures");
     load("../dist/made.js");`,
  );
  expect(inputsOf().files).toEqual([
    ...["package.json", "packages/p/package.json", "packages/p/src/deep.ts"],
    ...["src/deep/late.ts", "src/deep/used.ts", "src/main.ts"],
    ...["tests/fixtures/a.bin", "tests/fixtures/sub/b.bin", "tests/one.test.ts"],
    ...["tests/server/main.go", "tests/server/start.ts"],
  ]);
  expect(inputsOf(["src/o*.ts"]).files).toContain("src/other.ts");
  expect(() => inputsOf(["src/moved.ts"])).toThrow("The proof one names src/moved.ts: no file is there.");
});

test("hashes change with each input, and with nothing else", () => {
  const first = inputsOf().hashes;
  write("src/other.ts", "changed");
  expect(inputsOf().hashes).toEqual(first);
  write("src/deep/late.ts", "changed");
  const second = inputsOf().hashes;
  expect(second?.files).not.toBe(first?.files);
  write("tests/fixtures/new.bin", "not tracked yet");
  expect(inputsOf().hashes?.files).not.toBe(second?.files);
});

test("packages are those that the files import, with all that they depend on", () => {
  const lock = (late: string) =>
    JSON.stringify({
      packages: {
        "": { dependencies: { used: "1", unused: "1" } },
        "node_modules/used": { version: "1.0.0", dependencies: { inner: "^1" } },
        "node_modules/inner": { version: late, integrity: "sha512-a" },
        "node_modules/used/node_modules/inner": { version: "2.0.0", optionalDependencies: { late: "1" } },
        "node_modules/late": { version: late },
        "node_modules/unused": { version: late },
      },
    });
  write("package-lock.json", lock("3.0.0"));
  const before = inputsOf();
  write("src/deep/late.ts", `import "used/part";`);
  const { packages, hashes } = inputsOf();
  expect(before.packages).toEqual([]);
  expect(packages).toEqual([
    "node_modules/late 3.0.0 ",
    "node_modules/used 1.0.0 ",
    "node_modules/used/node_modules/inner 2.0.0 ",
  ]);
  write("package-lock.json", lock("3.0.1"));
  expect(inputsOf().hashes).toEqual({
    ...hashes,
    packages: expect.not.stringMatching(hashes?.packages ?? ""),
  });
});

test("a proof is skipped only after all of its files passed on the same inputs", () => {
  const places = { folder: path.join(root, "records"), committed: path.join(root, "proofs.json") };
  const at = (files: string) => new Map([[proof, { files, packages: "p", tools: "t" } satisfies Hashes]]);
  const record = (before: string, after: string, ...passed: string[]) =>
    recordPasses(places.folder, { before: at(before), after: at(after) }, new Set(passed));
  const isFound = (files: string) => findPasses(places, at(files)).has(proof);

  expect(isFound("a")).toBe(false);
  expect(record("a", "a", "tests/one.test.ts")).toEqual([]);
  expect(record("a", "b", ...proof.tests)).toEqual([]);
  expect([isFound("a"), isFound("b")]).toEqual([false, false]);
  expect(record("a", "a", ...proof.tests)).toEqual([proof]);
  expect([isFound("a"), isFound("b")]).toEqual([true, false]);

  commitPasses(places, at("a"));
  rmSync(places.folder, { recursive: true });
  expect([isFound("a"), isFound("b")]).toEqual([true, false]);
  const [hashes] = at("b").values();
  if (!hashes) throw new Error("no hashes");
  expect(explainLack(places.committed, proof, { ...hashes, tools: "new" })).toMatch(
    /^its files and tools changed since the pass of \d{4}-\d\d-\d\d$/,
  );

  const committed = readFileSync(places.committed, "utf8");
  commitPasses(places, at("b"));
  expect(readFileSync(places.committed, "utf8")).toBe(committed);
});

test("each proof of this repository finds its inputs, among them the programs that its tests start", () => {
  // Versions take seconds to ask for.
  const untooled = proofs.map(({ name, tests, more = [] }): Proof => ({ name, tests, more, tools: [] }));
  const inputs = new Map([...findOwnInputs(untooled)].map(([{ name }, lists]) => [name, lists]));
  expect(inputs.size).toBe(proofs.length);
  for (const { tests, name } of proofs) {
    expect(inputs.get(name)?.files).toEqual(expect.arrayContaining([...tests, "vitest.config.ts"]));
    expect(inputs.get(name)?.packages).toContainEqual(expect.stringMatching(/^node_modules\/vitest /));
  }
});
