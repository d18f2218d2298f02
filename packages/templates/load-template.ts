import { z } from "zod";
import { TemplateManifest } from "./manifest.ts";
import { invalidTemplate, messageOf } from "./template-error.ts";
import { filesOf, type TemplateFiles } from "./template-files.ts";

const MANIFEST = "template.json";
const SOUNDS = "sounds";
/** Of a file that is read as text. */
const MAX_TEXT_BYTES = 512 * 1024;

/** A template as it is stored: a folder with `template.json`, HTML, CSS, fonts, pictures and `sounds`. */
export interface Template {
  manifest: TemplateManifest;
  /** HTML of the scenes, by file name. */
  html: ReadonlyMap<string, string>;
  css: readonly string[];
}

/** Reads a template's folder. Throws a `TemplateError` that names the file and what is wrong in it. */
export const loadTemplate = (folder: string): Promise<Template> => readTemplate(filesOf(folder));

/** Reads a template from its files. Throws as `loadTemplate` does. */
export async function readTemplate(files: TemplateFiles): Promise<Template> {
  const manifest = parseManifest(await readText(files, MANIFEST));
  const names = [...new Set(manifest.scenes.map(({ html }) => html))];
  const html = new Map<string, string>();
  for (const name of names) html.set(name, await readText(files, name));
  const css = await Promise.all(manifest.styles.map((name) => readText(files, name)));
  await assertSounds(files, manifest);
  return { manifest, html, css };
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

async function readText(files: TemplateFiles, name: string): Promise<string> {
  const sizeBytes = await files.sizeOf(name);
  if (sizeBytes === null) throw invalidTemplate(name, "is not in the template's folder. Add it.");
  if (sizeBytes > MAX_TEXT_BYTES)
    throw invalidTemplate(name, `has ${sizeBytes} bytes; at most ${MAX_TEXT_BYTES} are read.`);
  return (await files.read(name)).toString("utf8");
}

async function assertSounds(files: TemplateFiles, { scenes }: TemplateManifest): Promise<void> {
  const names = scenes.flatMap(({ timeline }) => timeline.flatMap(({ sound }) => sound?.file ?? []));
  for (const name of new Set(names)) {
    const path = `${SOUNDS}/${name}`;
    if ((await files.sizeOf(path)) === null) throw invalidTemplate(path, "is not in the template. Add it.");
  }
}
