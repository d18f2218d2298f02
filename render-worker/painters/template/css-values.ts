import parseValue, { type Node as ValueNode } from "postcss-value-parser";
import type { StyleRule } from "./style-rules.ts";
import type { Element } from "./tree.ts";

/** Values of custom properties where an element is. Rules may declare several. */
export type Scope = ReadonlyMap<string, readonly string[]>;

const MAX_VALUES = 64;

/** Custom properties that style sheets declare, for any element. */
export function declaredProperties(rules: readonly StyleRule[]): Scope {
  const declared = new Map<string, string[]>();
  for (const { declarations } of rules)
    for (const { prop, value } of declarations)
      if (prop.startsWith("--")) declared.set(prop, [...(declared.get(prop) ?? []), value]);
  return declared;
}

/** What custom properties are for an element: its own and those of the elements around it come first. */
export function scopeOf(element: Element, declared: Scope): Scope {
  const scope = new Map<string, readonly string[]>(declared);
  const chain: Element[] = [];
  for (let at: Element | null = element; at !== null; at = at.parent) chain.unshift(at);
  for (const { node } of chain)
    for (const [name, value] of Object.entries(node.style ?? {}))
      if (name.startsWith("--")) scope.set(name, [String(value)]);
  return scope;
}

/** Possible values of an expression. */
export interface Values {
  numbers: readonly number[];
  unit: "ms" | "";
}

/** Null: not a number or a time, or one that cannot be computed. */
export function evaluate(node: ValueNode, scope: Scope, depth = 0): Values | null {
  if (depth > 8) return null;
  if (node.type === "word") return parseNumber(node.value);
  if (node.type !== "function") return null;
  if (node.value === "var") {
    const [name, , ...fallback] = node.nodes;
    const known = name ? scope.get(name.value) : undefined;
    const texts = known ?? (fallback.length > 0 ? [parseValue.stringify(fallback)] : []);
    return union(texts.map((text) => compute(parseValue(text).nodes, scope, depth + 1)));
  }
  return node.value === "calc" || node.value === "" ? compute(node.nodes, scope, depth + 1) : null;
}

function parseNumber(text: string): Values | null {
  const found = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+))(ms|s)?$/i.exec(text);
  if (!found) return null;
  const unit = found[2]?.toLowerCase();
  return { numbers: [Number(found[1]) * (unit === "s" ? 1000 : 1)], unit: unit === undefined ? "" : "ms" };
}

function union(values: readonly (Values | null)[]): Values | null {
  const [first] = values;
  if (!first) return null;
  const numbers: number[] = [];
  for (const one of values) {
    if (one === null || one.unit !== first.unit) return null;
    numbers.push(...one.numbers);
  }
  return numbers.length > MAX_VALUES ? null : { numbers, unit: first.unit };
}

/** Sums and products, products first. */
function compute(nodes: readonly ValueNode[], scope: Scope, depth: number): Values | null {
  const parts = nodes.filter(({ type }) => type !== "space" && type !== "comment");
  const sums: { sign: number; value: Values }[] = [];
  let operator = "+";
  for (const [index, part] of parts.entries()) {
    if (index % 2 === 1) {
      operator = part.value;
      if (!["+", "-", "*", "/"].includes(operator)) return null;
      continue;
    }
    const value = evaluate(part, scope, depth);
    if (value === null) return null;
    const last = sums.at(-1);
    if (operator === "+" || operator === "-" || !last) sums.push({ sign: operator === "-" ? -1 : 1, value });
    else {
      const product = combine(last.value, value, operator === "*" ? (a, b) => a * b : (a, b) => a / b);
      if (product === null) return null;
      last.value = product;
    }
  }
  const [first, ...rest] = sums;
  if (!first) return null;
  return rest.reduce<Values | null>(
    (sum, { sign, value }) => sum && combine(sum, value, (a, b) => a + sign * b),
    first.value,
  );
}

function combine(a: Values, b: Values, operate: (a: number, b: number) => number): Values | null {
  const numbers = a.numbers.flatMap((one) => b.numbers.map((other) => operate(one, other)));
  if (numbers.length > MAX_VALUES || !numbers.every(Number.isFinite)) return null;
  return { numbers, unit: a.unit || b.unit };
}
