import { invalidTemplate, type PlannedScene, type TemplateIssue } from "@reelay/templates";
import type { Node } from "@takumi-rs/helpers";
import type { Canvas } from "./canvas.ts";
import { areShort, type Changes, fitText } from "./fit-text.ts";
import { measuredElements } from "./measure.ts";
import { findMotion, isIn, LAYER, type Motion, type Span } from "./motion.ts";
import { type Box, send } from "./records.ts";
import { resolveTimes } from "./resolve-times.ts";
import { areSiblingsNeeded, parseSheets, readRules, sheetsFor } from "./style-rules.ts";
import { type Element, parseTree, type Tree, textOf, withChanges } from "./tree.ts";

type Style = NonNullable<Node["style"]>;
type Sheets = ReturnType<typeof parseSheets>;

interface Output {
  width: number;
  height: number;
  frameRate: number;
}

/** What scenes are drawn with. */
export interface Studio {
  canvas: Canvas;
  css: readonly string[];
  output: Output;
  /** Whether a clip is shown behind the pictures. */
  isOverVideo: boolean;
}

/** Class of a scene's root while a clip is shown behind it. */
const OVER_VIDEO = "over-video";

/** A part of a picture that is drawn alone. */
interface Layer {
  element: Element;
  /** In pixels of a frame. */
  box: Box;
  node: Node;
  css: readonly string[];
  spans: readonly Span[];
}

interface DrawnLayer extends Layer {
  pixels: Buffer;
}

interface Parts {
  css: readonly string[];
  tree: Tree;
  changes: Changes;
  node: Node;
  motion: Motion;
  layers: readonly Layer[];
  issues: readonly TemplateIssue[];
}

/** A picture that is sent with the number of frames for which it stands. */
interface Pending {
  pixels: Buffer;
  box: Box | null;
  repeats: number;
}

/** Draws one scene. Its frames depend on its data and the time only. */
export class SceneDrawing {
  readonly #canvas: Canvas;
  readonly #planned: PlannedScene;
  readonly #output: Output;
  readonly #css: readonly string[];
  readonly #tree: Tree;
  readonly #changes: Changes;
  readonly #node: Node;
  readonly #motion: Motion;
  readonly #layers: readonly Layer[];
  /** Texts that do not fit. */
  readonly issues: readonly TemplateIssue[];
  #pending: Pending | null = null;

  private constructor(canvas: Canvas, planned: PlannedScene, output: Output, parts: Parts) {
    this.#canvas = canvas;
    this.#planned = planned;
    this.#output = output;
    this.#css = parts.css;
    this.#tree = parts.tree;
    this.#changes = parts.changes;
    this.#node = parts.node;
    this.#motion = parts.motion;
    this.#layers = parts.layers;
    this.issues = parts.issues;
  }

  /** Throws a `TemplateError` if the scene cannot be drawn. */
  static async create(
    planned: PlannedScene,
    { canvas, css, output, isOverVideo }: Studio,
  ): Promise<SceneDrawing> {
    const { scene } = planned;
    const { tree, rules, parsed, sheets } = await dress(planned, { canvas, css, isOverVideo });
    const { root } = tree;
    const { changes, issues } = await fitText(scene, tree, sheets, { canvas });
    const motion = findMotion(tree, rules, { frames: planned.frames, frameRate: output.frameRate });
    const node = withChanges(root, changes);
    const measured = measuredElements(
      root,
      await canvas.measure(node, sheets, { timeMs: 3_600_000, file: scene.file }),
    );
    const layers: Layer[] = [];
    for (const [element, spans] of motion.layers) {
      const found = measured.get(element);
      if (!found)
        throw invalidTemplate(
          scene.file,
          `the box of an element with ${LAYER} is unknown. Put no text beside it.`,
        );
      const [, , , , left, top] = found.transform;
      const place = { left, top, width: found.width, height: found.height };
      const keepsSiblings = areSiblingsNeeded(rules);
      const around = { changes, place, scale: canvas.scale, output, keepsSiblings };
      const css = keepsSiblings ? sheets : sheetsFor(parsed, rules, shownWith(element));
      layers.push({ element, spans, css, ...alone(root, element, around) });
    }
    const parts = { css: sheets, tree, changes, node, motion, layers, issues };
    return new SceneDrawing(canvas, planned, output, parts);
  }

  /** Sends all frames. */
  async send(): Promise<void> {
    const { frames } = this.#planned;
    for (let frame = 0; frame < frames; ) {
      if (isIn(this.#motion.base, frame)) {
        this.#show(await this.#draw(this.#node, frame), null);
        frame += 1;
      } else {
        let end = frame + 1;
        while (end < frames && !isIn(this.#motion.base, end)) end += 1;
        await this.#sendStill({ first: frame, end });
        frame = end;
      }
    }
    this.#flush();
  }

  /** Sends frames in which nothing moves but layers. */
  async #sendStill({ first, end }: Span): Promise<void> {
    const moving = this.#layers.filter(({ spans }) =>
      spans.some((span) => span.first < end && first < span.end),
    );
    const below = await this.#draw(this.#without(moving), first);
    const { width, height } = this.#output;
    const drawn: DrawnLayer[] = [];
    for (const layer of moving) drawn.push({ ...layer, pixels: await this.#drawLayer(layer, first) });
    this.#show(this.#region(below, { x: 0, y: 0, width, height }, drawn), null);
    for (let frame = first + 1; frame < end; frame += 1) {
      const changes: Box[] = [];
      // Others stay as they were drawn last.
      for (const layer of drawn) {
        if (!isIn(layer.spans, frame)) continue;
        const pixels = await this.#drawLayer(layer, frame);
        const change = changedBox(layer.pixels, pixels, layer.box);
        if (change !== null) changes.push(change);
        release(layer.pixels);
        layer.pixels = pixels;
      }
      const box = unionOf(changes);
      if (box === null) this.#repeat();
      else this.#show(this.#region(below, box, drawn), box);
    }
    for (const { pixels } of [...drawn, { pixels: below }]) release(pixels);
  }

  /** The scene without some of its layers. */
  #without(layers: readonly Layer[]): Node {
    const hidden = new Set(layers.map(({ element }) => element));
    return withChanges(this.#tree.root, (element) => {
      const changed = this.#changes(element);
      return hidden.has(element)
        ? { ...changed, style: { ...element.node.style, ...changed?.style, visibility: "hidden" } }
        : changed;
    });
  }

  /** One frame. */
  async still(frame: number): Promise<Buffer> {
    return await this.#draw(this.#node, frame);
  }

  async #draw(node: Node, frame: number): Promise<Buffer> {
    const { width, height } = this.#output;
    return await this.#canvas.draw(node, this.#css, { width, height, ...this.#at(frame) });
  }

  #at(frame: number): { timeMs: number; file: string } {
    return { timeMs: (frame * 1000) / this.#output.frameRate, file: this.#planned.scene.file };
  }

  async #drawLayer({ node, css, box: { width, height } }: Layer, frame: number): Promise<Buffer> {
    return await this.#canvas.draw(node, css, { width, height, ...this.#at(frame) });
  }

  /** A region of the picture, with the layers that touch it. */
  #region(below: Buffer, region: Box, layers: readonly DrawnLayer[]): Buffer {
    const pixels = crop(below, region, this.#output.width);
    for (const { pixels: layer, box } of layers)
      if (doTouch(box, region)) compose(pixels, region, layer, box);
    return pixels;
  }

  #show(pixels: Buffer, box: Box | null): void {
    const last = this.#pending;
    if (last !== null && isSameBox(last.box, box) && last.pixels.equals(pixels)) {
      last.repeats += 1;
      release(pixels);
    } else {
      this.#flush();
      this.#pending = { pixels, box, repeats: 1 };
    }
  }

  #repeat(): void {
    if (this.#pending) this.#pending.repeats += 1;
  }

  #flush(): void {
    if (this.#pending === null) return;
    const { pixels, box, repeats } = this.#pending;
    if (box === null) send.frame(pixels, repeats);
    else send.rectangle(box, pixels, repeats);
    release(pixels);
    this.#pending = null;
  }
}

/**
 * Texts of a scene that do not fit: those of its drawing, found in a fraction of the time. Throws as
 * `SceneDrawing.create` does.
 */
export async function findTooLong(
  planned: PlannedScene,
  { canvas, css, isOverVideo }: Omit<Studio, "output">,
): Promise<readonly TemplateIssue[]> {
  const { tree, sheets } = await dress(planned, { canvas, css, isOverVideo });
  if (await areShort(planned.scene, tree, sheets, canvas)) return [];
  return (await fitText(planned.scene, tree, sheets, { canvas, onlyIssues: true })).issues;
}

/** The elements of a scene with fonts, pictures and rules. */
async function dress(
  { scene, properties }: PlannedScene,
  { canvas, css, isOverVideo }: Omit<Studio, "output">,
): Promise<{ tree: Tree; parsed: Sheets; rules: ReturnType<typeof readRules>; sheets: readonly string[] }> {
  const tree = parseTree(scene.html, scene.file, properties);
  const { node } = tree.root;
  if (isOverVideo) node.className = `${node.className ?? ""} ${OVER_VIDEO}`.trim();
  await canvas.fonts.load(textOf(tree));
  await canvas.images.load(tree, scene.path);
  const parsed = parseSheets([...css, ...tree.css]);
  const rules = parsed.flatMap(readRules);
  resolveTimes(tree, parsed, rules);
  return { tree, parsed, rules, sheets: sheetsFor(parsed, rules, tree.elements) };
}

interface Around {
  changes: Changes;
  place: { left: number; top: number; width: number; height: number };
  scale: number;
  output: Output;
  keepsSiblings: boolean;
}

const chainAbove = (element: Element): Element[] =>
  element.parent ? [...chainAbove(element.parent), element.parent] : [];

const withContents = (element: Element): Element[] => [element, ...element.children.flatMap(withContents)];

/** A layer's own elements, and those around it. */
const shownWith = (layer: Element): Element[] => [...chainAbove(layer), ...withContents(layer)];

/** A layer without the rest of its scene: what surrounds it is kept for selectors and inheritance. */
function alone(
  root: Element,
  layer: Element,
  { changes, place, scale, output, keepsSiblings }: Around,
): { box: Box; node: Node } {
  const x = clamp(Math.floor(place.left * scale), output.width);
  const y = clamp(Math.floor(place.top * scale), output.height);
  const width = Math.max(1, clamp(Math.ceil((place.left + place.width) * scale), output.width) - x);
  const height = Math.max(1, clamp(Math.ceil((place.top + place.height) * scale), output.height) - y);
  const above = new Set(chainAbove(layer));
  const inside = new Set(withContents(layer));
  const node = withChanges(
    root,
    (element) => {
      const changed = changes(element);
      if (element === layer) {
        const at: Style = {
          ...{ position: "absolute", margin: "0", visibility: "visible" },
          ...{ left: `${place.left - x / scale}px`, top: `${place.top - y / scale}px` },
          ...{ width: `${place.width}px`, height: `${place.height}px` },
        };
        return { ...changed, style: { ...element.node.style, ...changed?.style, ...at } };
      }
      if (inside.has(element)) return changed;
      if (above.has(element)) return { style: { ...element.node.style, ...plain } };
      return { style: { ...element.node.style, display: "none" } };
    },
    keepsSiblings ? undefined : (element) => above.has(element) || inside.has(element),
  );
  const frame = { position: "relative", overflow: "hidden", display: "block" } as const;
  const size = { width: `${width / scale}px`, height: `${height / scale}px` };
  return {
    box: { x, y, width, height },
    node: { type: "container", style: { ...frame, ...size }, children: [node] },
  };
}

/** An element that shows nothing but its contents. */
const plain: Style = {
  ...{ position: "static", display: "block", width: "auto", height: "auto", padding: "0", margin: "0" },
  ...{ backgroundColor: "transparent", backgroundImage: "none", boxShadow: "none", borderWidth: "0" },
  ...{ transform: "none", filter: "none", opacity: "1", overflow: "visible", animation: "none" },
};

const clamp = (value: number, max: number): number => Math.min(max, Math.max(0, value));

const isSameBox = (a: Box | null, b: Box | null): boolean =>
  a === b ||
  (a !== null && b !== null && a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height);

const doTouch = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

function unionOf(boxes: readonly Box[]): Box | null {
  const [first] = boxes;
  if (!first) return null;
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  return { x, y, width: right - x, height: bottom - y };
}

/**
 * The part of a box in which its pixels differ: its rows, and the columns between the first and the last
 * different pixel of any of them. Null: none.
 */
function changedBox(before: Buffer, after: Buffer, { x, y, width, height }: Box): Box | null {
  const rowBytes = width * bytesPerPixel;
  const isSame = (row: number) =>
    before.compare(after, row * rowBytes, (row + 1) * rowBytes, row * rowBytes, (row + 1) * rowBytes) === 0;
  let top = 0;
  while (top < height && isSame(top)) top += 1;
  if (top === height) return null;
  let bottom = height;
  while (isSame(bottom - 1)) bottom -= 1;
  const [a, b] = [wordsOf(before), wordsOf(after)];
  let left = width;
  let right = 0;
  for (let row = top; row < bottom; row += 1) {
    const [start, end] = [row * width, (row + 1) * width];
    let at = start;
    while (at < start + left && a[at] === b[at]) at += 1;
    left = at - start;
    at = end - 1;
    while (at >= start + right && a[at] === b[at]) at -= 1;
    right = at + 1 - start;
  }
  return { x: x + left, y: y + top, width: right - left, height: bottom - top };
}

/**
 * Frees the memory of pixels that are not read any more. Left to the garbage collector, each few pictures
 * would have it look through the whole heap: a third of the time.
 */
function release({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

function crop(pixels: Buffer, { x, y, width, height }: Box, pictureWidth: number): Buffer {
  // Aligned, and not shared.
  const region = Buffer.allocUnsafeSlow(width * height * 4);
  for (let row = 0; row < height; row += 1) {
    const start = ((y + row) * pictureWidth + x) * 4;
    pixels.copy(region, row * width * 4, start, start + width * 4);
  }
  return region;
}

/** Lays a layer over pixels, where they overlap. Both have straight alpha. */
function compose(pixels: Buffer, region: Box, layer: Buffer, box: Box): void {
  const left = Math.max(region.x, box.x);
  const right = Math.min(region.x + region.width, box.x + box.width);
  const top = Math.max(region.y, box.y);
  const bottom = Math.min(region.y + region.height, box.y + box.height);
  const below = wordsOf(pixels);
  const above = wordsOf(layer);
  for (let y = top; y < bottom; y += 1) {
    let to = (y - region.y) * region.width + left - region.x;
    let from = (y - box.y) * box.width + left - box.x;
    for (let x = left; x < right; x += 1, to += 1, from += 1) {
      const over = above[from] as number;
      const alpha = over >>> 24;
      if (alpha === 255) below[to] = over;
      else if (alpha > 0) below[to] = blend(below[to] as number, over, alpha);
    }
  }
}

/** A pixel over another one: red is in the lowest bits. */
function blend(below: number, over: number, alpha: number): number {
  const under = below >>> 24;
  if (under === 255) return blendOpaque(below, over, alpha);
  if (under === 0) return over;
  const rest = under * (255 - alpha);
  const sum = alpha * 255 + rest;
  const mixed = (shift: number) =>
    Math.round((((over >>> shift) & 0xff) * alpha * 255 + ((below >>> shift) & 0xff) * rest) / sum) << shift;
  return (mixed(0) | mixed(8) | mixed(16) | (Math.round(sum / 255) << 24)) >>> 0;
}

/** A pixel over an opaque one. */
const blendOpaque = (below: number, over: number, alpha: number): number =>
  (mix(below & 0xff, over & 0xff, alpha) |
    (mix((below >>> 8) & 0xff, (over >>> 8) & 0xff, alpha) << 8) |
    (mix((below >>> 16) & 0xff, (over >>> 16) & 0xff, alpha) << 16) |
    0xff000000) >>>
  0;

/** Of one channel, rounded. A division would take longer: this is exact for all such numbers. */
function mix(below: number, over: number, alpha: number): number {
  const sum = below * (255 - alpha) + over * alpha + 127;
  return (sum + 1 + (sum >>> 8)) >>> 8;
}

const bytesPerPixel = Uint32Array.BYTES_PER_ELEMENT;

const wordsOf = (pixels: Buffer): Uint32Array =>
  new Uint32Array(pixels.buffer, pixels.byteOffset, pixels.byteLength / bytesPerPixel);
