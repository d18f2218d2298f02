import { invalidTemplate } from "@reelay/templates";
import type { Root } from "postcss";
import parseValue from "postcss-value-parser";
import { declaredProperties, evaluate, type Scope, scopeOf } from "./css-values.ts";
import { doesMatch, type StyleRule } from "./style-rules.ts";
import type { Element, Tree } from "./tree.ts";

const ANIMATION_TIMES = /^animation(-delay|-duration|-iteration-count)?$/;
const PREFIX = "--reelay-time-";

/**
 * Computes `calc()` in animations, which the renderer does not: each one becomes a custom property, with its
 * own value at each element that its rule matches. Changes the style sheets and the tree.
 */
export function resolveTimes(tree: Tree, sheets: readonly Root[], rules: readonly StyleRule[]): void {
  if (sheets.length === 0) return;
  const declared = declaredProperties(rules);
  let count = 0;
  for (const rule of rules)
    for (const declaration of rule.declarations) {
      if (!ANIMATION_TIMES.test(declaration.prop)) continue;
      const expressions: { name: string; text: string }[] = [];
      declaration.value = replaceCalc(declaration.value, (text) => {
        const name = `${PREFIX}${(count += 1)}`;
        expressions.push({ name, text });
        return `var(${name})`;
      });
      if (expressions.length === 0) continue;
      for (const element of tree.elements) {
        if (!doesMatch(rule, element)) continue;
        const scope = scopeOf(element, declared);
        const values = expressions.map(({ name, text }) => [name, compute(text, scope)]);
        element.node.style = { ...element.node.style, ...Object.fromEntries(values) };
      }
    }
  for (const element of tree.elements) resolveOwn(element, scopeOf(element, declared));
}

function resolveOwn({ node }: Element, scope: Scope): void {
  const { animation } = node.style ?? {};
  if (typeof animation !== "string" || !animation.includes("calc(")) return;
  node.style = { ...node.style, animation: replaceCalc(animation, (text) => compute(text, scope)) };
}

function replaceCalc(value: string, replace: (text: string) => string): string {
  if (!value.includes("calc(")) return value;
  const parsed = parseValue(value);
  const parts = parsed.nodes.map((node) => {
    const text = parseValue.stringify(node);
    return node.type === "function" && node.value === "calc" ? replace(text) : text;
  });
  return parts.join("");
}

function compute(text: string, scope: Scope): string {
  const [node] = parseValue(text).nodes;
  const values = node ? evaluate(node, scope) : null;
  const [number] = values?.numbers ?? [];
  if (values === null || number === undefined || new Set(values.numbers).size > 1)
    throw invalidTemplate(
      "CSS",
      `"${text}" of an animation cannot be computed. Use numbers, times, marks, and custom properties that the element's style attribute sets.`,
    );
  return `${number}${values.unit}`;
}
