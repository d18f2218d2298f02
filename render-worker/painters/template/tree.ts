import { tooCostly } from "@reelay/templates";
import type { Node } from "@takumi-rs/helpers";
import { fromHtml } from "@takumi-rs/helpers/html";

/** Enough for any picture that a viewer can take in; drawing 20,000 elements takes half a minute. */
const MAX_ELEMENTS = 1_500;
const MAX_DEPTH = 40;
const MAX_TEXT = 20_000;
const MAX_HTML = 250_000;

/** An element of a scene. Text is an element without children. */
export interface Element {
  node: Node;
  parent: Element | null;
  children: readonly Element[];
}

/** A scene's HTML as a tree, and the CSS of its `<style>` elements. */
export interface Tree {
  root: Element;
  elements: readonly Element[];
  css: readonly string[];
}

/**
 * Parses the HTML of a scene. Throws a `TemplateError` if there is too much of it to be drawn.
 *
 * @param properties custom properties of the root
 */
export function parseTree(html: string, file: string, properties: Readonly<Record<string, string>>): Tree {
  if (html.length > MAX_HTML)
    throw tooCostly(file, `has ${html.length} characters; at most ${MAX_HTML} are drawn. Repeat less.`);
  const tags = html.split("<").length - 1;
  if (tags > MAX_ELEMENTS * 3) throw tooManyElements(file, tags);
  assertDepth(html, file);
  const { node, css } = fromHtml(html);
  node.style = { ...node.style, ...properties };
  const elements: Element[] = [];
  let text = 0;
  const visit = (at: Node, parent: Element | null, depth: number): Element => {
    if (depth > MAX_DEPTH) throw tooDeep(file);
    if (at.type === "text") text += at.text.length;
    const children: Element[] = [];
    const element: Element = { node: at, parent, children };
    elements.push(element);
    if (elements.length > MAX_ELEMENTS) throw tooManyElements(file, elements.length);
    if (at.type === "container")
      for (const child of at.children ?? [])
        if (!isLineBreak(child)) children.push(visit(child, element, depth + 1));
    return element;
  };
  const root = visit(node, null, 0);
  if (text > MAX_TEXT)
    throw tooCostly(
      file,
      `shows ${text} characters of text; at most ${MAX_TEXT} are drawn. Shorten the data.`,
    );
  return { root, elements, css: css.filter((one) => typeof one === "string") };
}

/** Between two tags in the source. */
const isLineBreak = (node: Node): boolean =>
  node.type === "text" && node.tagName === undefined && node.text.includes("\n") && node.text.trim() === "";

/** Before the parser, which recurses. */
function assertDepth(html: string, file: string): void {
  let depth = 0;
  for (const [, closing] of html.matchAll(/<(\/?)[a-zA-Z]/g)) {
    depth = Math.max(0, depth + (closing ? -1 : 1));
    // Elements without an end, such as <br>, count as open.
    if (depth > MAX_ELEMENTS) throw tooDeep(file);
  }
}

const tooManyElements = (file: string, count: number) =>
  tooCostly(
    file,
    `has ${count} elements or more; at most ${MAX_ELEMENTS} are drawn. Show fewer items at once.`,
  );

const tooDeep = (file: string) =>
  tooCostly(file, `nests elements more than ${MAX_DEPTH} deep. Use fewer wrappers.`);

/** All text that is shown. */
export const textOf = ({ elements }: Tree): string =>
  elements.map(({ node }) => (node.type === "text" ? node.text : "")).join("\n");

/**
 * The nodes of a tree with changes to some of them.
 *
 * @param isKept elements that stay. Default: all
 */
export function withChanges(
  element: Element,
  change: (element: Element) => Partial<Node> | null,
  isKept: (element: Element) => boolean = () => true,
): Node {
  const changed = { ...element.node, ...change(element) } as Node;
  if (changed.type === "container")
    changed.children = element.children.filter(isKept).map((child) => withChanges(child, change, isKept));
  return changed;
}

/** Adds CSS to an element's own. */
export const withStyle = ({ node }: Element, style: Record<string, string>): Pick<Node, "style"> => ({
  style: { ...node.style, ...style },
});
