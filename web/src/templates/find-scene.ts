import { isList, isObject, type Json } from "./form/index.ts";

/**
 * The scene that shows the value at a JSON Pointer: the one whose title is a text of it, or the place of its
 * list's first item and its own index. Null: not known.
 *
 * `data`: that of the check which found the scenes.
 * Pure.
 */
export function findScene(path: string, data: Json, scenes: readonly { name: string }[]): number | null {
  const [field = "", index] = path.split("/").slice(1);
  const value = isObject(data) ? data[field] : undefined;
  const isItem = index !== undefined && /^\d+$/.test(index);
  const first = isList(value) ? value[0] : value;
  const found = scenes.findIndex(({ name }) => textsOf(first).some((text) => isTitle(name, text)));
  return found === -1 ? null : found + (isItem ? Number(index) : 0);
}

const textsOf = (value: Json | undefined): readonly string[] =>
  typeof value === "string"
    ? [value]
    : isObject(value)
      ? Object.values(value).filter((one) => typeof one === "string")
      : [];

/** Titles of scenes may be cut. */
const isTitle = (name: string, text: string): boolean => {
  const title = name.replace(/…$/, "").trim();
  return title !== "" && text.trim().replace(/\s+/g, " ").startsWith(title);
};
