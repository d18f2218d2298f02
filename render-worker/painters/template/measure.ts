import type { MeasuredNode } from "@takumi-rs/core";
import type { Element } from "./tree.ts";

/** Where an element is, as far as it can be told: text within text has no box of its own. */
export function measuredElements(root: Element, measured: MeasuredNode): Map<Element, MeasuredNode> {
  const found = new Map<Element, MeasuredNode>();
  const visit = (element: Element, at: MeasuredNode) => {
    found.set(element, at);
    if (element.children.length !== at.children.length) return;
    for (const [index, child] of element.children.entries()) {
      const measuredChild = at.children[index];
      if (measuredChild) visit(child, measuredChild);
    }
  };
  visit(root, measured);
  return found;
}

/** Rounding errors of a layout. */
const TOLERANCE_PX = 1;
/**
 * Room that fonts leave above and below their letters, as parts of their height; negative where letters
 * exceed it. Measured in the fonts here: Rubik's marks above capitals reach its top, Arabic letters go beyond
 * both edges, and Han characters, kana and Hangul have nothing below their line. The first that fits a text
 * counts.
 */
const rooms: readonly { of: RegExp; above: number; below: number }[] = [
  { of: /\p{Script=Arabic}/u, above: -0.08, below: -0.17 },
  { of: /[\p{M}\p{Extended_Pictographic}]/u, above: 0, below: -0.04 },
  {
    of: /[^\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{P}\p{N}\p{Zs}]/u,
    above: 0.12,
    below: 0.04,
  },
];
const squares = { above: 0.12, below: 0.1 };
const roomOf = (text: string) => rooms.find(({ of }) => of.test(text.normalize("NFD"))) ?? squares;
/** Width of a space as a part of a font's height: that of the fonts here, others have wider ones. */
const SPACE = 0.169;

/**
 * Whether all text is inside of its box, which has no padding. The space after the last word of a line may
 * hang over the edge.
 */
export function isTextInside(box: MeasuredNode): boolean {
  const [scale, , , scaleY, left, top] = box.transform;
  if (scale === 0 || scaleY === 0) return true;
  const isInside = (node: MeasuredNode): boolean => {
    const [x, y] = [(node.transform[4] - left) / scale, (node.transform[5] - top) / scaleY];
    const areInside = node.runs.every((run) => {
      const words = run.text.trimEnd();
      if (words === "") return true;
      const hanging = (run.text.length - words.length) * run.height * SPACE + TOLERANCE_PX;
      const { above, below } = roomOf(words);
      return (
        x + run.x >= -hanging &&
        y + run.y >= -(run.height * above + TOLERANCE_PX) &&
        x + run.x + run.width <= box.width + hanging &&
        y + run.y + run.height <= box.height + run.height * below + TOLERANCE_PX
      );
    });
    return areInside && node.children.every(isInside);
  };
  return isInside(box);
}
