import path from "node:path";
import { describe, expect, test } from "vitest";
import { findBypasses, findCircles, findOpenRooms } from "./rooms/find-problems.ts";
import { STILL_OPEN } from "./rooms/not-yet.ts";
import { type FileImport, readImports } from "./rooms/read-imports.ts";

const imports = readImports(path.resolve(import.meta.dirname, ".."));
const files = new Set(imports.flatMap(({ from, to }) => [from, to]));
const isStillOpen = (name: string) => STILL_OPEN.some((folder) => `${name}/`.startsWith(`${folder}/`));

test("no files and no sibling folders import each other in circles, by types either", () => {
  expect([...findCircles(imports)]).toEqual([]);
});

test("a room is entered through its index.ts only", () => {
  const bypasses = findBypasses(imports, files).filter(({ to }) => !isStillOpen(to));
  expect(bypasses.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
});

test("a folder that others import from has an index.ts", () => {
  expect(findOpenRooms(imports, files).filter((room) => !isStillOpen(room))).toEqual([]);
});

test("every folder that is listed as open still is", () => {
  const open = [...findBypasses(imports, files).map(({ to }) => to), ...findOpenRooms(imports, files)];
  expect(STILL_OPEN.filter((folder) => !open.some((one) => `${one}/`.startsWith(`${folder}/`)))).toEqual([]);
});

describe("the rules", () => {
  const of = (...lines: string[]): FileImport[] =>
    lines.map((line) => {
      const [from = "", to = ""] = line.split(" > ");
      return { from, to };
    });

  test("find a circle of folders that no circle of files shows", () => {
    const found = findCircles(of("a/b/one.ts > a/c/two.ts", "a/c/three.ts > a/b/four.ts"));
    expect([...found]).toEqual([["a", ["a/b", "a/c"]]]);
  });

  test("find an import beside the index of the outermost room, and leave groups of rooms alone", () => {
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
});
