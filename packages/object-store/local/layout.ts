import { createHash } from "node:crypto";
import { join } from "node:path";
import { RESERVED_SEGMENT } from "../object-key.ts";

/**
 * Paths of the local store's own files. They are below the same folder, so that a rename never crosses file
 * systems.
 */
export interface Layout {
  directory: string;
  /** One folder and one lock per running store. */
  scratch: string;
  lock: string;
  /** Content types that the key's extension does not imply: one file per object and generation. */
  types: string;
  /** Incomplete uploads. Their receiver owns them; the store only provides the path. */
  arriving: string;
  pathOf(key: string): string;
  typePathOf(key: string, generation: string): string;
}

export function planLayout(directory: string): Layout {
  const own = join(directory, RESERVED_SEGMENT);
  const types = join(own, "types");
  return {
    directory,
    scratch: join(own, "scratch"),
    lock: join(own, "lock"),
    types,
    arriving: join(directory, `${RESERVED_SEGMENT}-uploads`),
    pathOf: (key) => join(directory, key),
    typePathOf: (key, generation) =>
      join(types, `${createHash("sha256").update(key).digest("hex")}-${generation}`),
  };
}
