import { TemplateError } from "@reelay/templates";
import { expect, test } from "vitest";
import { findMotion } from "./motion.ts";
import { resolveTimes } from "./resolve-times.ts";
import { parseSheets, readRules } from "./style-rules.ts";
import { parseTree } from "./tree.ts";

const FRAME_RATE = 10;

/** Frames, from first to end, in which the base and the layers of a scene of 10 s move. */
function motionOf(html: string, css: string, properties: Record<string, string> = {}) {
  const tree = parseTree(html, "scene.html", properties);
  const sheets = parseSheets([css]);
  const rules = sheets.flatMap(readRules);
  resolveTimes(tree, sheets, rules);
  const motion = findMotion(tree, rules, { frames: 100, frameRate: FRAME_RATE });
  const toText = (spans: readonly { first: number; end: number }[]) =>
    spans.map(({ first, end }) => `${first}-${end}`).join(" ");
  return {
    base: toText(motion.base),
    layers: [...motion.layers.values()].map(toText),
    css: sheets.join("\n"),
    styles: tree.elements.flatMap(({ node }) => Object.entries(node.style ?? {})),
  };
}

test.each([
  ["nothing is animated", "p { color: red }", ""],
  ["a time in seconds after another one in ms", ".a { animation: rise 1.5s ease 500ms both }", "5-21"],
  ["marks", ".a { animation: rise var(--ask-lasts) var(--ask) }", "20-31"],
  ["a sum of a mark and a product", ".a { animation: rise 1s calc(var(--ask) + var(--i) * 500ms) }", "30-41"],
  ["a count", ".a { animation: rise 1s 3 }", "0-31"],
  ["two animations", ".a { animation: rise 1s, fall 1s 4s }", "0-11 40-51"],
  ["an animation without an end", ".a { animation: rise 1s infinite 5s }", "50-100"],
  ["an unknown time", ".a { animation: rise var(--unknown) }", "0-100"],
  ["times apart from their animation", ".a { animation-delay: 2s }", "0-100"],
  ["a rule for another element", ".z { animation: rise 1s }", ""],
  ["a rule within a condition", "@media (min-width: 1px) { .a { animation: rise 1s } }", "0-11"],
  ["a property of a rule", ":root { --t: 300ms } .a { animation: rise var(--t) }", "0-4"],
  ["a curve is no time", ".a { animation: rise 1s cubic-bezier(0.2, 0.9, 0.25, 1.2) 1s }", "10-21"],
])("frames that move are found: %s", (_what, css, expected) => {
  const marks = { "--ask": "2000ms", "--ask-lasts": "1000ms" };
  expect(motionOf('<div><p class="a" style="--i: 2">text</p></div>', css, marks).base).toBe(expected);
});

test("what moves inside of a layer moves the layer only", () => {
  const html = '<div class="a"><div data-layer="bar"><p class="b">text</p></div></div>';
  const css = ".a { animation: rise 1s } .b { animation: drain 2s 3s }";
  expect(motionOf(html, css)).toMatchObject({ base: "0-11", layers: ["30-51"] });
});

test("calc() is computed for each element, and refused where it cannot be", () => {
  const html = '<div><p style="--i: 0">a</p><p style="--i: 1">b</p></div>';
  const css = "p { animation: rise 1s linear calc(200ms * (var(--i) + 1) / 2) both }";
  const { css: changed, styles } = motionOf(html, css);
  expect(changed).toContain("rise 1s linear var(--reelay-time-1) both");
  expect(styles.filter(([name]) => name === "--reelay-time-1").map(([, value]) => value)).toEqual([
    "100ms",
    "200ms",
  ]);
  expect(() => motionOf(html, "p { animation: rise calc(1s * var(--never)) }")).toThrow(TemplateError);
});

test.each([
  ["20,000 elements", `<div>${"<span>y</span>".repeat(20_000)}</div>`, "TEMPLATE_TOO_COSTLY"],
  ["elements 5,000 deep", "<div>".repeat(5_000) + "</div>".repeat(5_000), "TEMPLATE_TOO_COSTLY"],
  ["elements 60 deep", "<div>".repeat(60) + "x" + "</div>".repeat(60), "TEMPLATE_TOO_COSTLY"],
  ["a megabyte of text", `<div>${"x".repeat(1_000_000)}</div>`, "TEMPLATE_TOO_COSTLY"],
  ["100,000 characters", `<div>${"x".repeat(100_000)}</div>`, "TEMPLATE_TOO_COSTLY"],
  ["tags without an end", "<a ".repeat(60_000), "TEMPLATE_TOO_COSTLY"],
])("too much to draw is refused before it is drawn: %s", (_what, html, code) => {
  const parse = () => parseTree(html, "scene.html", {});
  expect(parse).toThrow(expect.objectContaining({ issues: [expect.objectContaining({ code })] }));
});
