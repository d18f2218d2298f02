import path from "node:path";
import { describe, expect, test } from "vitest";
import { findBypasses, findCircles, findOpenRooms } from "./rooms/find-problems.ts";
import { type FileImport, readImports } from "./rooms/read-imports.ts";

const imports = readImports(path.resolve(import.meta.dirname, ".."));
const files = new Set(imports.flatMap(({ from, to }) => [from, to]));

test("no files and no sibling folders import each other in cycles, including type imports", () => {
  expect([...findCircles(imports)]).toEqual([]);
});

test("a room is imported only through its index.ts", () => {
  const bypasses = findBypasses(imports, files);
  expect(bypasses.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
});

test("a folder that others import from has an index.ts", () => {
  expect(findOpenRooms(imports, files)).toEqual([]);
});

describe("the rules", () => {
  const of = (...lines: string[]): FileImport[] =>
    lines.map((line) => {
      const [from = "", to = ""] = line.split(" > ");
      return { from, to };
    });

  test("find a cycle of folders without a cycle of files", () => {
    const found = findCircles(of("a/b/one.ts > a/c/two.ts", "a/c/three.ts > a/b/four.ts"));
    expect([...found]).toEqual([["a", ["a/b", "a/c"]]]);
  });

  test("find an import that bypasses the index of the outermost room, and ignore groups of rooms", () => {
    const all = of(
      "a/b/one.ts > a/c/index.ts",
      "a/b/one.ts > a/c/two.ts",
      "a/b/one.ts > a/c/inner/index.ts",
      "a/b/one.ts > a/group/d/index.ts",
      "a/c/two.ts > a/c/inner/index.ts",
    );
    const known = new Set(all.flatMap(({ from, to }) => [from, to]));
    expect(findBypasses(all, known).map(({ to }) => to)).toEqual(["a/c/two.ts", "a/c/inner/index.ts"]);
  });

  test("accept the declared entries of a package", () => {
    const imported = { from: "web/one.ts", to: "packages/p/react.ts" };
    const known = new Set(["packages/p/index.ts", "packages/p/react.ts"]);
    expect(findBypasses([{ ...imported, byName: true }], known)).toEqual([]);
    expect(findBypasses([imported], known)).toEqual([imported]);
  });

  test("require an index only if files of another folder import the folder", () => {
    const own = of("a/one.ts > a/private/two.ts", "a/private/two.ts > a/private/three.ts");
    expect(findOpenRooms(own, new Set())).toEqual([]);
    expect(findOpenRooms([...own, ...of("a/other/four.ts > a/private/two.ts")], new Set())).toEqual([
      "a/private",
    ]);
    expect(findOpenRooms(of("a/one.ts > a/private/deep/two.ts"), new Set())).toEqual(["a/private/deep"]);
  });
});
