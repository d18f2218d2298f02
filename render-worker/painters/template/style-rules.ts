import { invalidTemplate, messageOf } from "@reelay/templates";
import { type Declaration, parse, type Root, type Rule } from "postcss";
import { compileSelector } from "./select.ts";
import type { Element } from "./tree.ts";

export interface StyleRule {
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
    rules.push({ matches: isNested ? null : compileSelector(rule.selector), declarations });
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
