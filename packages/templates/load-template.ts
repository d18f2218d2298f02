import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { TemplateManifest } from "./manifest.ts";
import { invalidTemplate, messageOf } from "./template-error.ts";

const MANIFEST = "template.json";
const SOUNDS = "sounds";
/** Of a file that is read as text. */
const MAX_TEXT_BYTES = 512 * 1024;

/** A template as it is stored: a folder with `template.json`, HTML, CSS, fonts, pictures and `sounds`. */
export interface Template {
  folder: string;
  manifest: TemplateManifest;
  /** HTML of the scenes, by file name. */
  html: ReadonlyMap<string, string>;
  css: readonly string[];
}

/** Reads a template's folder. Throws a `TemplateError` that names the file and what is wrong in it. */
export async function loadTemplate(folder: string): Promise<Template> {
  const manifest = parseManifest(await readText(folder, MANIFEST));
  const names = [...new Set(manifest.scenes.map(({ html }) => html))];
  const html = new Map<string, string>();
  for (const name of names) html.set(name, await readText(folder, name));
  const css = await Promise.all(manifest.styles.map((name) => readText(folder, name)));
  await assertSounds(folder, manifest);
  return { folder, manifest, html, css };
}

/** SHA-256 of all files of a template, by which a changed one is recognised. */
export async function hashTemplate(folder: string): Promise<string> {
  const hash = createHash("sha256");
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  for (const path of paths.toSorted()) {
    const content = await readFile(path);
    hash.update(`${path.slice(folder.length)}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

function parseManifest(text: string): TemplateManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalidTemplate(MANIFEST, `is no JSON: ${messageOf(error)}.`);
  }
  const manifest = TemplateManifest.safeParse(value);
  if (!manifest.success) throw invalidTemplate(MANIFEST, z.prettifyError(manifest.error));
  for (const { html, timeline, fits } of manifest.data.scenes) {
    const marks = timeline.map(({ mark }) => mark);
    const twice = marks.find((mark, index) => marks.indexOf(mark) !== index);
    if (twice !== undefined)
      throw invalidTemplate(MANIFEST, `the scene ${html} has two marks "${twice}". Rename one of them.`);
    const inverted = fits.find(({ minFontPx, maxFontPx }) => minFontPx > maxFontPx);
    if (inverted)
      throw invalidTemplate(
        MANIFEST,
        `fits of "${inverted.select}" has a minFontPx above its maxFontPx. Lower it.`,
      );
  }
  return manifest.data;
}

async function readText(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  const found = await stat(path).catch(() => null);
  if (!found?.isFile()) throw invalidTemplate(name, "is not in the template's folder. Add it.");
  if (found.size > MAX_TEXT_BYTES)
    throw invalidTemplate(name, `has ${found.size} bytes; at most ${MAX_TEXT_BYTES} are read.`);
  return await readFile(path, "utf8");
}

async function assertSounds(folder: string, { scenes }: TemplateManifest): Promise<void> {
  const names = scenes.flatMap(({ timeline }) => timeline.flatMap(({ sound }) => sound?.file ?? []));
  for (const name of new Set(names)) {
    const found = await stat(join(folder, SOUNDS, name)).catch(() => null);
    if (!found?.isFile()) throw invalidTemplate(`${SOUNDS}/${name}`, "is not in the template. Add it.");
  }
}
