import { expect, test } from "vitest";
import { ChoiceList } from "./choice-list.ts";

test("menus see the items, and a choice is reported once", () => {
  const list = new ChoiceList<{ id: string }>("rendition");
  const reported: (number | string)[] = [];
  list.onChoose = (index) => reported.push(index);
  for (const name of ["addrendition", "removerendition", "change"]) {
    list.addEventListener(name, () => reported.push(name));
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
  expect(reported).toEqual(["removerendition", "addrendition", "change", 2, "change"]);
});

test("a shorter list keeps no item of the longer one", () => {
  const list = new ChoiceList<{ id: string }>("rendition");
  list.replace([{ id: "0" }, { id: "1" }]);
  list.replace([{ id: "9" }], 0);
  expect([list.length, list[0]?.id, list[1], list.selectedIndex]).toEqual([1, "9", undefined, 0]);
});
