import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Renderer } from "@takumi-rs/core";

const { resolve } = createRequire(import.meta.url);

/** A part of a family, in a file of its own. */
interface Subset {
  file: string;
  /** Code points, both ends included. */
  ranges: [number, number][];
}

interface Family {
  /** As templates name it. */
  name: string;
  packageName: string;
  weights: string;
}

const latin: Family = { name: "Rubik", packageName: "@fontsource-variable/rubik", weights: "wght" };
const japanese: Family = {
  name: "Noto Sans JP",
  packageName: "@fontsource-variable/noto-sans-jp",
  weights: "wght",
};
const korean: Family = {
  name: "Noto Sans KR",
  packageName: "@fontsource-variable/noto-sans-kr",
  weights: "wght",
};
const chinese: Family = {
  name: "Noto Sans SC",
  packageName: "@fontsource-variable/noto-sans-sc",
  weights: "wght",
};
/** Subsets of Chinese and Japanese families list Hangul whose glyphs they lack. */
const HANGUL = /\p{Script=Hangul}/u;
const EMOJI = "Twemoji";
const EMOJI_FILE = "twemoji-colr-font/twemoji.woff2";
const FONT_FILE = /\.(woff2|woff|ttf|otf)$/i;
/** Digits and `#` are in the emoji font as well. */
const afterAscii: [number, number][] = [[0xa0, 0x10ffff]];

/** Han characters look different in each language. */
const familiesFor = (language: string): Family[] => {
  const order = language.startsWith("ja")
    ? [japanese, chinese, korean]
    : language.startsWith("ko")
      ? [korean, japanese, chinese]
      : [chinese, japanese, korean];
  return [latin, ...order];
};

/** Loads the fonts that a text needs, once. */
export class Fonts {
  readonly #renderer: Renderer;
  readonly #families: readonly Family[];
  readonly #own: string[] = [];
  readonly #loaded = new Set<string>();
  readonly #subsets = new Map<Family, Promise<Subset[]>>();

  constructor(renderer: Renderer, language: string) {
    this.#renderer = renderer;
    this.#families = familiesFor(language);
  }

  /** Families in the order in which a character is looked up. */
  get names(): string[] {
    return [...this.#families.map(({ name }) => name), EMOJI, ...this.#own];
  }

  /**
   * Adds all fonts of a folder, by the names in their files.
   * @returns files that are no fonts
   */
  async addFolder(folder: string): Promise<string[]> {
    const files = (await readdir(folder)).filter((name) => FONT_FILE.test(name)).toSorted();
    const unreadable: string[] = [];
    for (const file of files) {
      try {
        const families = await this.#renderer.registerFont(await readFile(join(folder, file)));
        this.#own.push(...families.map(({ name }) => name));
      } catch {
        unreadable.push(file);
      }
    }
    return unreadable;
  }

  async load(text: string): Promise<void> {
    let missing = new Set(Array.from(text).map((character) => character.codePointAt(0) ?? 0));
    for (const family of this.#families) {
      const subsets = await (this.#subsets.get(family) ?? this.#readSubsets(family));
      const covered = new Set<number>();
      for (const { file, ranges } of subsets) {
        const points = [...missing].filter(
          (point) =>
            ranges.some(([from, to]) => point >= from && point <= to) &&
            (family === korean || !HANGUL.test(String.fromCodePoint(point))),
        );
        if (points.length === 0) continue;
        for (const point of points) covered.add(point);
        await this.#register(file, family.name, ranges);
      }
      missing = missing.difference(covered);
    }
    if (/\p{Extended_Pictographic}|\p{Regional_Indicator}/u.test(text))
      await this.#register(resolve(EMOJI_FILE), EMOJI, afterAscii);
  }

  async #register(file: string, name: string, unicodeRange: [number, number][]): Promise<void> {
    if (this.#loaded.has(file)) return;
    this.#loaded.add(file);
    await this.#renderer.registerFont({ name, data: await readFile(file), unicodeRange });
  }

  #readSubsets(family: Family): Promise<Subset[]> {
    const subsets = readSubsets(family);
    this.#subsets.set(family, subsets);
    return subsets;
  }
}

async function readSubsets({ packageName, weights }: Family): Promise<Subset[]> {
  const index = resolve(`${packageName}/unicode.json`);
  const ranges = JSON.parse(await readFile(index, "utf8")) as Record<string, string>;
  const base = packageName.split("/")[1];
  return Object.entries(ranges).map(([name, range]) => ({
    file: join(index, `../files/${base}-${name.replaceAll(/[[\]]/g, "")}-${weights}-normal.woff2`),
    ranges: parseRanges(range),
  }));
}

/** From `U+0-FF,U+131`. */
const parseRanges = (text: string): [number, number][] =>
  text.split(",").map((range) => {
    const [from = "", to = from] = range.trim().slice(2).split("-");
    return [Number.parseInt(from, 16), Number.parseInt(to, 16)];
  });
