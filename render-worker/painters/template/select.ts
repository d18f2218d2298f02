import { compile, type Options } from "css-select";
import type { Element } from "./tree.ts";

const attributeOf = ({ node }: Element, name: string): string | undefined => {
  if (name === "class") return node.className;
  if (name === "id") return node.id;
  return node.attributes?.[name];
};

const isBelow = (element: Element, others: readonly Element[]): boolean => {
  for (let at = element.parent; at !== null; at = at.parent) if (others.includes(at)) return true;
  return false;
};

const options: Options<Element, Element> = {
  adapter: {
    isTag: (_element): _element is Element => true,
    getAttributeValue: attributeOf,
    hasAttrib: (element, name) => attributeOf(element, name) !== undefined,
    getChildren: ({ children }) => [...children],
    getName: ({ node }) => node.tagName ?? "div",
    getParent: ({ parent }) => parent,
    getSiblings: (element) => (element.parent ? [...element.parent.children] : [element]),
    getText: ({ node }) => (node.type === "text" ? node.text : ""),
    removeSubsets: (elements) => elements.filter((element) => !isBelow(element, elements)),
  },
};

/** A test for a CSS selector; null if the selector is not supported. */
export function compileSelector(selector: string): ((element: Element) => boolean) | null {
  try {
    return compile<Element, Element>(selector, options);
  } catch {
    return null;
  }
}
