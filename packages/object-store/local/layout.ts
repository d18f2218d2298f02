import { createHash } from "node:crypto";
import { join } from "node:path";
import { reservedSegment } from "../object-key.ts";

/** Where the local store keeps what is not an object. Below the same folder, so that a rename never crosses file systems. */
export interface Layout {
  directory: string;
  /** One folder and one lock per running store. */
  scratch: string;
  lock: string;
  /** Content types that the key's ending does not say, one file per object and generation. */
  types: string;
  /** Uploads that are not whole yet. Of whoever receives them: this store only says where. */
  arriving: string;
  pathOf(key: string): string;
  typePathOf(key: string, generation: string): string;
}

export function planLayout(directory: string): Layout {
  const own = join(directory, reservedSegment);
  const types = join(own, "types");
  return {
    directory,
    scratch: join(own, "scratch"),
    lock: join(own, "lock"),
    types,
    arriving: join(directory, `${reservedSegment}-uploads`),
    pathOf: (key) => join(directory, key),
    typePathOf: (key, generation) =>
      join(types, `${createHash("sha256").update(key).digest("hex")}-${generation}`),
  };
}
