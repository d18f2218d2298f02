import parseValue, { type Node as ValueNode } from "postcss-value-parser";
import { declaredProperties, evaluate, type Scope, scopeOf } from "./css-values.ts";
import { doesMatch, type StyleRule } from "./style-rules.ts";
import type { Element, Tree } from "./tree.ts";

/** Attribute of an element that is drawn alone while only it moves. */
export const LAYER = "data-layer";

/** Frames in which something moves: from `first`, up to but not including `end`. */
export interface Span {
  first: number;
  end: number;
}

export interface Motion {
  /** Of everything outside the layers. */
  base: readonly Span[];
  /** Of each layer and its contents. */
  layers: ReadonlyMap<Element, readonly Span[]>;
}

/** In milliseconds. */
interface Interval {
  startMs: number;
  endMs: number;
}

const always: Interval = { startMs: 0, endMs: Number.POSITIVE_INFINITY };
/** Together with the shorthand these may combine across rules: such an element is drawn all the time. */
const longhands = new Set(["animation-delay", "animation-duration", "animation-iteration-count"]);

/**
 * Finds out from the CSS when elements are animated. Where it cannot tell, an element counts as moving: that
 * costs time, never a picture.
 */
export function findMotion(
  tree: Tree,
  rules: readonly StyleRule[],
  { frames, frameRate }: { frames: number; frameRate: number },
): Motion {
  const declared = declaredProperties(rules);
  const layers = tree.elements.filter(({ node }) => node.attributes?.[LAYER] !== undefined);
  const base: Interval[] = [];
  const ofLayers = new Map<Element, Interval[]>(layers.map((layer) => [layer, []]));
  for (const element of tree.elements) {
    const values = animationsOf(element, rules);
    if (values.length === 0) continue;
    const scope = scopeOf(element, declared);
    const found = values.flatMap((value) => (value === null ? [always] : intervalsOf(value, scope)));
    (ofLayers.get(layerOf(element)) ?? base).push(...found);
  }
  const toSpans = (intervals: readonly Interval[]) =>
    merge(intervals.map((interval) => toSpan(interval, frames, frameRate)));
  return {
    base: toSpans(base),
    layers: new Map([...ofLayers].map(([layer, intervals]) => [layer, toSpans(intervals)])),
  };
}

function layerOf(element: Element): Element {
  let layer = element;
  for (let at: Element | null = element; at !== null; at = at.parent)
    if (at.node.attributes?.[LAYER] !== undefined) layer = at;
  return layer;
}

/** Values of `animation` that may apply to an element. Null: it cannot be told when they move. */
function animationsOf(element: Element, rules: readonly StyleRule[]): (string | null)[] {
  const values: (string | null)[] = [];
  const note = (prop: string, value: string) => {
    if (prop === "animation") values.push(value);
    else if (longhands.has(prop)) values.push(null);
  };
  for (const rule of rules)
    if (doesMatch(rule, element)) for (const { prop, value } of rule.declarations) note(prop, value);
  const own = Object.entries(element.node.style ?? {});
  for (const [name, value] of own) note(toKebab(name), String(value));
  return values;
}

const toKebab = (name: string): string =>
  name.startsWith("--") ? name : name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Intervals of a value of `animation`: a list of animations, each with a duration, a delay and a count. */
function intervalsOf(value: string, scope: Scope): Interval[] {
  const animations: ValueNode[][] = [[]];
  for (const node of parseValue(value).nodes) {
    if (node.type === "div" && node.value === ",") animations.push([]);
    else if (node.type !== "space" && node.type !== "comment") animations.at(-1)?.push(node);
  }
  return animations.flatMap((nodes) => intervalsOfOne(nodes, scope));
}

function intervalsOfOne(nodes: readonly ValueNode[], scope: Scope): Interval[] {
  const times: (readonly number[])[] = [];
  let count: readonly number[] = [1];
  for (const node of nodes) {
    const values = evaluate(node, scope);
    // A variable without a known value may be a time.
    if (values === null && node.type === "function" && ["var", "calc"].includes(node.value)) return [always];
    if (node.type === "word" && node.value === "none" && nodes.length === 1) return [];
    if (node.type === "word" && node.value === "infinite") count = [Number.POSITIVE_INFINITY];
    if (values === null) continue;
    if (values.unit === "ms") times.push(values.numbers);
    else count = values.numbers;
  }
  const [durations = [0], delays = [0]] = times;
  return delays.flatMap((startMs) =>
    durations.flatMap((durationMs) =>
      count.map((times) => ({ startMs, endMs: startMs + (durationMs === 0 ? 0 : durationMs * times) })),
    ),
  );
}

/** With the frames before and after: an animation without a fill changes the picture where it ends. */
const toSpan = ({ startMs, endMs }: Interval, frames: number, frameRate: number): Span => ({
  first: Math.max(0, Math.floor((startMs * frameRate) / 1000)),
  end: Math.min(frames, Math.ceil((endMs * frameRate) / 1000) + 1),
});

function merge(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const { first, end } of spans.toSorted((a, b) => a.first - b.first)) {
    const last = merged.at(-1);
    if (first >= end) continue;
    if (last && first <= last.end) last.end = Math.max(last.end, end);
    else merged.push({ first, end });
  }
  return merged;
}

export const isIn = (spans: readonly Span[], frame: number): boolean =>
  spans.some(({ first, end }) => frame >= first && frame < end);
