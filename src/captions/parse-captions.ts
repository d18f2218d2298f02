import { InvalidInputError } from "../errors/index.ts";
import type { Captions, Cue } from "./cue.ts";

export const MAX_CAPTIONS_BYTES = 512 * 1024;
const MAX_CUES = 20_000;

interface Block {
  /** Number of its first line, from 1. */
  line: number;
  lines: string[];
}

/** WebVTT's own notation; SubRip's differs by its comma, and is written with more freedom. */
const TIMING =
  /^((?:\d{1,4}:)?\d{1,2}:\d{1,2}[.,]\d{1,3})[ \t]*-->[ \t]*((?:\d{1,4}:)?\d{1,2}:\d{1,2}[.,]\d{1,3})(?:[ \t]+(\S.*))?$/s;
const EXAMPLE = "00:00:01.000 --> 00:00:03.500";
const KNOWN_SETTING = /^(?:vertical|line|position|size|align|region):\S+$/;

/**
 * Parses WebVTT (identified by its first line) or SubRip. Throws `InvalidInputError` (`CAPTIONS_INVALID`,
 * `CAPTIONS_TOO_LARGE`) that names the line and its defect. Pure.
 */
export function parseCaptions(content: string): Captions {
  const sizeBytes = Buffer.byteLength(content);
  if (sizeBytes > MAX_CAPTIONS_BYTES) {
    throw new InvalidInputError(
      "CAPTIONS_TOO_LARGE",
      "content",
      `content: has ${sizeBytes} bytes; captions have at most ${MAX_CAPTIONS_BYTES}. Leave out what is no text, such as pictures in styles.`,
    );
  }
  const text = content
    .replace(/^\uFEFF/, "")
    .replaceAll(/\r\n?/g, "\n")
    .replaceAll("\0", "\uFFFD")
    .toWellFormed();
  const isVtt = /^WEBVTT(?:[ \t\n]|$)/.test(text);
  const blocks = toBlocks(text);
  const kept: string[] = [];
  const cues: Cue[] = [];
  for (const block of isVtt ? blocks.slice(1) : blocks) {
    const [first = ""] = block.lines;
    if (isVtt && /^NOTE(?:[ \t]|$)/.test(first)) continue;
    if (isVtt && /^(?:STYLE|REGION)[ \t]*$/.test(first)) {
      kept.push(block.lines.join("\n"));
      continue;
    }
    const cue = toCue(block, isVtt);
    if (cue.text !== "") cues.push(cue);
  }
  if (cues.length === 0) {
    const what = isVtt
      ? "is WebVTT without a cue"
      : 'is neither WebVTT (its first line would be "WEBVTT") nor SubRip';
    throw invalid(`${what}. Add at least one, such as:\n\n${EXAMPLE}\nHello.`);
  }
  if (cues.length > MAX_CUES) throw invalid(`has ${cues.length} cues; at most ${MAX_CUES} are taken.`);
  return { cues: cues.toSorted((a, b) => a.startMs - b.startMs), blocks: kept };
}

const invalid = (reason: string): InvalidInputError =>
  new InvalidInputError("CAPTIONS_INVALID", "content", `content: ${reason}`);

/** Runs of non-empty lines. */
function toBlocks(text: string): Block[] {
  const blocks: Block[] = [];
  let open: Block | null = null;
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") {
      open = null;
      continue;
    }
    if (open === null) blocks.push((open = { line: index + 1, lines: [] }));
    open.lines.push(line);
  }
  return blocks;
}

function toCue({ line, lines }: Block, isVtt: boolean): Cue {
  const hasId = !(lines[0] ?? "").includes("-->");
  const [id = "", when = ""] = hasId ? lines : ["", lines[0]];
  const text = lines.slice(hasId ? 2 : 1);
  const at = line + (hasId ? 1 : 0);
  if (!when.includes("-->")) {
    throw invalid(
      `line ${line}: a cue begins with its time, such as ${EXAMPLE}, and here is ${quote(hasId ? id : when)}. Write the time above it, and leave no empty line within a cue.`,
    );
  }
  const [, start = "", end = "", rest = ""] = TIMING.exec(when.trim()) ?? [];
  const [startMs, endMs] = [toMs(start, isVtt), toMs(end, isVtt)];
  if (startMs === null || endMs === null) {
    throw invalid(`line ${at}: ${quote(when)} is no time of a cue; write it as ${EXAMPLE}.`);
  }
  if (endMs <= startMs) {
    throw invalid(`line ${at}: the cue ends at ${end}, and must end after it begins, at ${start}.`);
  }
  const stray = text.findIndex((each) => each.includes("-->"));
  if (stray >= 0) {
    throw invalid(
      `line ${at + 1 + stray}: ${quote(text[stray] ?? "")} looks like the next cue's time; leave an empty line before it.`,
    );
  }
  if (isVtt) {
    const settings = rest.split(/[ \t]+/).filter((setting) => KNOWN_SETTING.test(setting));
    return { startMs, endMs, id: hasId ? id : null, settings: settings.join(" "), text: text.join("\n") };
  }
  return { startMs, endMs, id: null, ...readSubRipText(text) };
}

/** Null for an invalid time: minutes and seconds must be below 60. */
function toMs(time: string, isVtt: boolean): number | null {
  const [, hours = "0", minutes = "", seconds = "", fraction = ""] =
    /^(?:(\d+):)?(\d+):(\d+)[.,](\d+)$/.exec(time) ?? [];
  if (fraction === "" || Number(minutes) > 59 || Number(seconds) > 59) return null;
  if (isVtt && (time.includes(",") || fraction.length !== 3)) return null;
  const ms = Number(fraction.padEnd(3, "0"));
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000 + ms;
}

const quote = (text: string): string => JSON.stringify(text.trim().slice(0, 60));

/** SubRip tags that WebVTT supports; others are dropped. */
const KEPT_TAG = /^<(\/?)([biu])>$/i;

/**
 * Converts SubRip's text to WebVTT's: bold, italics and underlines stay, colors and fonts are dropped,
 * `{\an8}` and the like become the upper edge of the picture. Characters that WebVTT would treat as markup
 * are escaped. Pure.
 */
function readSubRipText(lines: readonly string[]): { text: string; settings: string } {
  const whole = lines.join("\n");
  const isAtTop = /\{\\an[789]\}/i.test(whole);
  const text = whole
    .replaceAll(/\{\\[^{}\n]*\}/g, "")
    .replaceAll(/&(?!(?:amp|lt|gt|nbsp|lrm|rlm|#\d+|#x[\da-f]+);)/gi, "&amp;")
    .replaceAll(/<\/?[a-z][^<>\n]*>|[<>]/gi, toMarkup)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join("\n");
  return { text, settings: isAtTop ? "line:0" : "" };
}

function toMarkup(found: string): string {
  if (found === "<") return "&lt;";
  if (found === ">") return "&gt;";
  const [, slash = "", name = ""] = KEPT_TAG.exec(found) ?? [];
  return name === "" ? "" : `<${slash}${name.toLowerCase()}>`;
}
