import { expect, test } from "vitest";
import { ChoiceList } from "./choice-list.ts";

test("menus see what there is, and what is chosen is told once", () => {
  const list = new ChoiceList<{ id: string }>("rendition");
  const told: (number | string)[] = [];
  list.onChoose = (index) => told.push(index);
  for (const name of ["addrendition", "removerendition", "change"]) {
    list.addEventListener(name, () => told.push(name));
  }
  list.replace([{ id: "0" }, { id: "1" }, { id: "2" }]);
  expect([list.length, list[1]?.id, [...list].map(({ id }) => id), list.selectedIndex]).toEqual([
    3,
    "1",
    ["0", "1", "2"],
    -1,
  ]);
  list.selectedIndex = 2;
  list.selectedIndex = 2;
  expect(told).toEqual(["removerendition", "addrendition", "change", 2, "change"]);
});

test("a shorter list leaves nothing of the longer one", () => {
  const list = new ChoiceList<{ id: string }>("rendition");
  list.replace([{ id: "0" }, { id: "1" }]);
  list.replace([{ id: "9" }], 0);
  expect([list.length, list[0]?.id, list[1], list.selectedIndex]).toEqual([1, "9", undefined, 0]);
});
