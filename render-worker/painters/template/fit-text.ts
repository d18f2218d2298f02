import { invalidTemplate, type Scene, type TemplateIssue } from "@reelay/templates";
import type { Node } from "@takumi-rs/helpers";
import type { Canvas } from "./canvas.ts";
import { isTextInside, measuredElements } from "./measure.ts";
import { compileSelector } from "./select.ts";
import { type Element, type Tree, withChanges, withStyle } from "./tree.ts";

/** Attribute that names the field of an item whose text an element shows, e.g. `options/2`. */
const FIELD = "data-field";
/** All animations are over. */
const AT_THE_END_MS = 3_600_000;

/** Changes to nodes of a tree. */
export type Changes = (element: Element) => Partial<Node> | null;

interface Fitted {
  changes: Changes;
  issues: TemplateIssue[];
}

/**
 * Finds for each of a scene's `fits` the largest font with which the text of all its elements stays inside of
 * them. Text that is too long even with the smallest font is an issue that says how much would fit. With
 * `onlyIssues`, the changes are not complete.
 */
export async function fitText(
  { path, file, fits }: Scene,
  tree: Tree,
  css: readonly string[],
  { canvas, onlyIssues = false }: { canvas: Canvas; onlyIssues?: boolean },
): Promise<Fitted> {
  const sizes = new Map<Element, number>();
  const issues: TemplateIssue[] = [];
  const changes: Changes = (element) => {
    const size = sizes.get(element);
    return size === undefined ? null : withStyle(element, { fontSize: `${size}px` });
  };
  for (const [index, { select, minFontPx, maxFontPx }] of fits.entries()) {
    const matches = compileSelector(select);
    if (matches === null) {
      issues.push(unknownSelector(select));
      continue;
    }
    const elements = tree.elements.filter(matches);
    if (elements.length === 0) continue;
    const fitsAt = async (size: number, of: readonly Element[] = elements, also?: Changes) => {
      for (const element of elements) sizes.set(element, size);
      const node = withChanges(tree.root, (element) => {
        const more = also?.(element);
        return { ...changes(element), ...more };
      });
      const measured = measuredElements(
        tree.root,
        await canvas.measure(node, css, { timeMs: AT_THE_END_MS, file }),
      );
      return of.filter((element) => {
        const box = measured.get(element);
        if (!box) throw invalidTemplate(file, `the box of "${select}" is unknown. Put no text beside it.`);
        return !isTextInside(box);
      });
    };
    let [low, high] = [minFontPx, maxFontPx];
    // Most texts are short. What fits with large letters fits with small ones.
    if ((await fitsAt(high)).length === 0) continue;
    const tooLong = await fitsAt(low);
    for (const element of tooLong) {
      const fitting = await charactersThatFit(element, async (changed) => {
        const over = await fitsAt(low, [element], (one) => (one === element ? changed : null));
        return over.length === 0;
      });
      issues.push(tooLongAt(element, path, { fitting, minFontPx }));
    }
    // The size only matters to what is fitted after it.
    if (tooLong.length > 0 || (onlyIssues && index === fits.length - 1)) continue;
    while (high - low > 1) {
      const middle = Math.round((low + high) / 2);
      if ((await fitsAt(middle)).length === 0) low = middle;
      else high = middle;
    }
    for (const element of elements) sizes.set(element, low);
  }
  return { changes, issues };
}

/**
 * Whether all texts certainly fit, found with two pictures: texts that are outside of their boxes with the
 * largest fonts are inside with the smallest, and all others are inside with the largest, whichever of the
 * first are shown. False: `fitText` knows more.
 */
export async function areShort(
  { file, fits }: Scene,
  tree: Tree,
  css: readonly string[],
  canvas: Canvas,
): Promise<boolean> {
  const groups = fits.map((fit) => ({ fit, matches: compileSelector(fit.select) }));
  if (groups.some(({ matches }) => matches === null)) return false;
  const fitted = groups.map(({ fit, matches }) => ({
    fit,
    elements: tree.elements.filter((element) => matches?.(element)),
  }));
  const findLong = async (sizeOf: (fit: Scene["fits"][number]) => number) => {
    const sizes = new Map(
      fitted.flatMap(({ fit, elements }) => elements.map((element) => [element, sizeOf(fit)] as const)),
    );
    if (sizes.size === 0) return [];
    const node = withChanges(tree.root, (element) => {
      const size = sizes.get(element);
      return size === undefined ? null : withStyle(element, { fontSize: `${size}px` });
    });
    const at = { timeMs: AT_THE_END_MS, file };
    const measured = measuredElements(tree.root, await canvas.measure(node, css, at));
    return fitted.filter(({ elements }) =>
      elements.some((element) => {
        const box = measured.get(element);
        return box === undefined || !isTextInside(box);
      }),
    );
  };
  const long = new Set((await findLong(({ maxFontPx }) => maxFontPx)).map(({ fit }) => fit));
  if (long.size === 0) return true;
  return (await findLong((fit) => (long.has(fit) ? fit.minFontPx : fit.maxFontPx))).length === 0;
}

/** How many characters of an element's text stay inside of it. */
async function charactersThatFit(
  { node }: Element,
  doesFit: (changed: Partial<Node>) => Promise<boolean>,
): Promise<number | null> {
  if (node.type !== "text") return null;
  const characters = Array.from(node.text);
  let [low, high] = [0, characters.length];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (await doesFit({ text: characters.slice(0, middle).join("") })) low = middle;
    else high = middle;
  }
  return low;
}

function tooLongAt(
  { node }: Element,
  scenePath: string,
  { fitting, minFontPx }: { fitting: number | null; minFontPx: number },
): TemplateIssue {
  const field = node.attributes?.[FIELD];
  const path = field === undefined ? scenePath : `${scenePath}/${field}`;
  const length = node.type === "text" ? Array.from(node.text).length : null;
  const how =
    length === null || fitting === null
      ? "Shorten it."
      : `It has ${length} characters; about ${fitting} fit. Shorten it by ${length - fitting}.`;
  return {
    code: "TEXT_TOO_LONG",
    path,
    message: `${path}: the text does not fit its box with letters of ${minFontPx} px. ${how}`,
  };
}

const unknownSelector = (select: string): TemplateIssue => ({
  code: "TEMPLATE_INVALID",
  path: "template.json",
  message: `template.json: "${select}" of fits is no CSS selector. Correct it.`,
});
