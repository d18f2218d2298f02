import type { PathFile } from "../uploads/index.ts";

/** What systems add to folders, and what is hidden. */
const JUNK = /(?:^|\/)(?:__MACOSX\/|\.|Thumbs\.db$)/;
/** As docs/reference/templates.md lists them. */
const MAX_FILES = 100;
const MAX_BYTES = 40_000_000;
const MAX_ARCHIVE_BYTES = 20_000_000;

/** The files of a template by their paths in its folder, or its ZIP file. */
export type TemplateFiles = { archive: File } | { files: readonly PathFile[] };

/** Whether files are a template: a ZIP file, or a folder with `template.json`. Pure. */
export const isTemplate = (files: readonly PathFile[]): boolean =>
  (files.length === 1 && isArchive(files[0]?.path ?? "")) ||
  files.some(({ path }) => /^(?:[^/]+\/)?template\.json$/.test(path));

const isArchive = (path: string): boolean => /\.zip$/i.test(path);

/**
 * The files of a template, without the folder around them. Pure.
 * @throws an error that says what to do with files that are no template, or too many.
 */
export function readTemplateFiles(dropped: readonly PathFile[]): TemplateFiles {
  const [first] = dropped;
  if (dropped.length === 1 && first && isArchive(first.path)) {
    if (first.file.size > MAX_ARCHIVE_BYTES)
      throw new Error(
        `${first.path} has ${first.file.size} bytes, and a ZIP file at most ${MAX_ARCHIVE_BYTES}. Make its pictures and sounds smaller.`,
      );
    return { archive: first.file };
  }
  const files = dropped.filter(({ path }) => !JUNK.test(path));
  const manifest = files.find(({ path }) => /^(?:[^/]+\/)?template\.json$/.test(path));
  if (!manifest)
    throw new Error(
      "There is no template.json. Choose the folder that contains it, or a ZIP file of that folder.",
    );
  const folder = manifest.path.slice(0, -"template.json".length);
  const outside = files.find(({ path }) => !path.startsWith(folder));
  if (outside)
    throw new Error(
      `${outside.path} is outside of the template's folder ${folder}. Choose only that folder.`,
    );
  if (files.length > MAX_FILES)
    throw new Error(
      `The folder has ${files.length} files, and a template at most ${MAX_FILES}. Remove some.`,
    );
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
  if (bytes > MAX_BYTES)
    throw new Error(
      `The folder has ${bytes} bytes, and a template at most ${MAX_BYTES}. Make its pictures and sounds smaller.`,
    );
  return { files: files.map(({ path, file }) => ({ path: path.slice(folder.length), file })) };
}
