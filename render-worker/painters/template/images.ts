import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { TemplateError } from "@reelay/templates";
import type { ImageSource } from "@takumi-rs/core";
import type { Tree } from "./tree.ts";

const MAX_BYTES = 32 * 1024 ** 2;
/** The parser of SVG recurses, and ends the process at some ten thousand nested elements. */
const MAX_SVG_ELEMENTS = 5_000;
/** Without a folder. */
const NAME = /^[^/\\]{1,200}$/;

/** Files that scenes show, from the template's folder and the materials', each read once. */
export class Images {
  readonly #folders: readonly string[];
  readonly #read = new Map<string, ImageSource>();

  constructor(folders: readonly string[]) {
    this.#folders = folders;
  }

  get all(): ImageSource[] {
    return [...this.#read.values()];
  }

  /** Reads the pictures of a scene. Throws a `TemplateError` that names a missing one. */
  async load({ elements }: Tree, scenePath: string): Promise<void> {
    for (const { node } of elements) {
      if (node.type !== "image" || typeof node.src !== "string" || node.src.startsWith("<svg")) continue;
      const { src } = node;
      if (this.#read.has(src)) continue;
      const field = node.attributes?.["data-field"];
      this.#read.set(src, { src, data: await this.#find(src, field ? `${scenePath}/${field}` : scenePath) });
    }
  }

  async #find(name: string, path: string): Promise<Buffer<ArrayBuffer>> {
    if (NAME.test(name) && name !== "..")
      for (const folder of this.#folders) {
        const found = await stat(join(folder, name)).catch(() => null);
        if (!found?.isFile()) continue;
        if (found.size > MAX_BYTES) throw unusable(path, name, `has more than ${MAX_BYTES / 1024 ** 2} MiB`);
        const data = await readFile(join(folder, name));
        const elements = countElements(data);
        if (elements > MAX_SVG_ELEMENTS)
          throw unusable(path, name, `has more than ${MAX_SVG_ELEMENTS} elements of SVG`);
        return data;
      }
    throw unusable(path, name, "is neither in the template nor among the materials");
  }
}

/** Beyond a byte order mark and blank lines. */
const SVG_HEAD_BYTES = 1_024;
const [LESS_THAN = 0, SLASH, EXCLAMATION, QUESTION] = Buffer.from("</!?");

/** Elements of an SVG file, nested or not, at most one more than are drawn; 0 for other pictures. Pure. */
function countElements(data: Buffer): number {
  if (!data.subarray(0, SVG_HEAD_BYTES).toString("utf8").trimStart().startsWith("<")) return 0;
  let count = 0;
  for (let at = data.indexOf(LESS_THAN); at >= 0; at = data.indexOf(LESS_THAN, at + 1)) {
    const next = data[at + 1] ?? 0;
    const isEnd = next === SLASH || next === EXCLAMATION || next === QUESTION;
    if (!isEnd) count += 1;
    if (count > MAX_SVG_ELEMENTS) break;
  }
  return count;
}

const unusable = (path: string, name: string, why: string): TemplateError =>
  new TemplateError({
    code: "DATA_INVALID",
    path,
    message: `${path}: the picture "${name.slice(0, 100)}" ${why}. Add it to the video's materials, or name another one.`,
  });
