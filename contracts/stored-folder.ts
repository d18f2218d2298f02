import { z } from "zod";

/** CRC-32C in base64, big-endian, as Cloud Storage names it. */
export const Crc32c = z.string().regex(/^[A-Za-z0-9+/]{6}==$/);

/**
 * A stored object: name within its folder, size in bytes, CRC-32C. A tuple, since a long video has thousands.
 */
export const StoredFile = z.tuple([z.string().min(1), z.int().nonnegative(), Crc32c]);
export type StoredFile = z.infer<typeof StoredFile>;

/**
 * Objects that one attempt stored in one folder, with checksums computed before storing. `folder` is relative
 * to the attempt's prefix (`720p`, `audio`, `download`); empty for objects directly below it.
 */
export const StoredFolder = z.object({ folder: z.string(), files: z.array(StoredFile) });
export type StoredFolder = z.infer<typeof StoredFolder>;
