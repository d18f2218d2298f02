/** What was dropped: files, and those in folders. */

/** A file, and its path from what was dropped or chosen, e.g. `quiz/sounds/tick.wav`. */
export interface PathFile {
  path: string;
  file: File;
}

/** A folder of a whole disk is not read to its end. */
const MAX_FILES = 500;

/**
 * The files of a drop. Folders are read with what they contain.
 * @throws an error that says what to do with a folder of more than 500 files, or one that cannot be read.
 */
export async function readDropped({ items, files }: DataTransfer): Promise<PathFile[]> {
  // Both are empty after the event.
  const entries = [...items].map((item) => item.webkitGetAsEntry?.() ?? null);
  const plain = [...files];
  if (!entries.some((entry) => entry?.isDirectory)) return plain.map((file) => ({ path: file.name, file }));
  const found: PathFile[] = [];
  for (const entry of entries) if (entry) await walk(entry, found);
  return found;
}

async function walk(entry: FileSystemEntry, found: PathFile[]): Promise<void> {
  if (isFile(entry)) {
    if (found.length >= MAX_FILES)
      throw new Error(`The folder has more than ${MAX_FILES} files. Drop a smaller one.`);
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    found.push({ path: entry.fullPath.replace(/^\//, ""), file });
  } else if (isFolder(entry)) {
    const reader = entry.createReader();
    for (;;) {
      const entries = await new Promise<FileSystemEntry[]>((resolve, reject) =>
        reader.readEntries(resolve, reject),
      );
      if (entries.length === 0) return;
      for (const one of entries) await walk(one, found);
    }
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;
