import { invalidTemplate, messageOf } from "@reelay/templates";
import { type ChildNode, type Declaration, parse, type Root, type Rule } from "postcss";
import { compileSelector } from "./select.ts";
import type { Element } from "./tree.ts";

export interface StyleRule {
  rule: Rule;
  /** Null: unknown, so it may match any element. */
  matches: ((element: Element) => boolean) | null;
  declarations: readonly Declaration[];
}

/** Rules of a style sheet, those within conditions included, without keyframes. */
export function readRules(sheet: Root): StyleRule[] {
  const rules: StyleRule[] = [];
  sheet.walkRules((rule) => {
    if (isKeyframe(rule)) return;
    const declarations = rule.nodes.filter((node) => node.type === "decl");
    const isNested = rule.parent?.type === "rule";
    rules.push({ rule, matches: isNested ? null : compileSelector(rule.selector), declarations });
  });
  return rules;
}

const isKeyframe = ({ parent }: Rule): boolean =>
  parent?.type === "atrule" && "name" in parent && /keyframes$/i.test(parent.name);

export const doesMatch = ({ matches }: StyleRule, element: Element): boolean =>
  matches === null || matches(element);

/** Parses style sheets. Throws a `TemplateError` that names the line of a mistake. */
export const parseSheets = (css: readonly string[]): Root[] =>
  css.map((sheet) => {
    try {
      return parse(sheet);
    } catch (error) {
      throw invalidTemplate("CSS", `${messageOf(error)}. Correct it.`);
    }
  });

/** Selectors of places among siblings. */
const POSITIONAL = /:(nth|first|last|only|empty|has|not)|[+~]/;

/** Whether an element's style may depend on the elements beside it. */
export const areSiblingsNeeded = (rules: readonly StyleRule[]): boolean =>
  rules.some(({ rule, matches }) => matches === null || POSITIONAL.test(rule.selector));

/**
 * Style sheets without what none of these elements uses: the renderer parses them for each picture.
 *
 * @param rules of the sheets
 */
export function sheetsFor(
  sheets: readonly Root[],
  rules: readonly StyleRule[],
  elements: readonly Element[],
): string[] {
  const unused = rules.filter((one) => !elements.some((element) => doesMatch(one, element)));
  const dropped = new Set(unused.map(({ rule }) => rule));
  const values = [
    ...rules.flatMap(({ rule, declarations }) =>
      dropped.has(rule) ? [] : declarations.map(({ value }) => value),
    ),
    ...elements.flatMap(({ node }) => Object.values(node.style ?? {}).map(String)),
  ].join(" ");
  const isUsed = (node: ChildNode): boolean => {
    if (node.type === "rule") return !dropped.has(node);
    return !(node.type === "atrule" && /keyframes$/i.test(node.name)) || values.includes(node.params);
  };
  return sheets.map(({ nodes }) => nodes.filter(isUsed).join("\n"));
}
