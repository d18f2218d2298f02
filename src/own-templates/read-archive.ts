import { buffer } from "node:stream/consumers";
import { type Entry, fromBufferPromise } from "yauzl";
import { refuse } from "./refuse.ts";

const MAX_ENTRIES = 500;
const FILE_TYPE = 0o170_000;
const LINK = 0o120_000;
/** What systems add to archives by themselves. */
const JUNK = /(?:^|\/)(?:__MACOSX\/|\.DS_Store$|Thumbs\.db$)/;

/**
 * The files of a ZIP archive by their paths, without the folder that contains all of them. Names that leave
 * the archive, links, encrypted files and ones that unpack to more than they announce are refused, and no
 * more than `maxBytes` are unpacked. Throws `InvalidInputError` (`ARCHIVE_INVALID`).
 */
export async function readArchive(
  archive: Buffer,
  { field, maxBytes }: { field: string; maxBytes: number },
): Promise<Map<string, Buffer>> {
  const invalid = (problem: string) => refuse("ARCHIVE_INVALID", field, problem);
  const contents = new Map<string, Buffer>();
  let bytes = 0;
  let entries = 0;
  try {
    const zip = await fromBufferPromise(archive, { lazyEntries: true, strictFileNames: true });
    for await (const entry of zip.eachEntry()) {
      entries += 1;
      if (entries > MAX_ENTRIES) throw invalid(`has more than ${MAX_ENTRIES} entries. Leave some out.`);
      const { fileName } = entry;
      if (fileName.endsWith("/") || JUNK.test(fileName)) continue;
      if (isLink(entry)) throw invalid(`contains the link ${shown(fileName)}. Replace it by the file.`);
      bytes += entry.uncompressedSize;
      if (bytes > maxBytes)
        throw invalid(`unpacks to more than ${maxBytes} bytes. Leave some files out, or make them smaller.`);
      if (contents.has(fileName)) throw invalid(`contains ${shown(fileName)} twice. Remove one of them.`);
      // It fails at the first byte more than the entry announces.
      contents.set(fileName, await buffer(await zip.openReadStreamPromise(entry)));
    }
  } catch (error) {
    if (error instanceof Error && error.constructor === Error)
      throw invalid(`cannot be read as ZIP: ${error.message}. Pack the template again.`);
    throw error;
  }
  return withoutFolder(contents);
}

const isLink = ({ externalFileAttributes }: Entry): boolean =>
  ((externalFileAttributes >>> 16) & FILE_TYPE) === LINK;

/** Archives often contain a folder rather than its files. */
function withoutFolder(contents: Map<string, Buffer>): Map<string, Buffer> {
  const manifest = [...contents.keys()].find((path) => /^[^/]+\/template\.json$/.test(path));
  if (manifest === undefined || contents.has("template.json")) return contents;
  const folder = manifest.slice(0, manifest.indexOf("/") + 1);
  if (![...contents.keys()].every((path) => path.startsWith(folder))) return contents;
  return new Map([...contents].map(([path, content]) => [path.slice(folder.length), content]));
}

const shown = (text: string): string => JSON.stringify(text.slice(0, 100).toWellFormed());
