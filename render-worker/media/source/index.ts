/** Reads a source from the store, from disk, from a URL, or while it arrives. */
export { assertSize } from "./assert-size.ts";
export { BlockCache } from "./block-cache.ts";
export { openArriving } from "./open-arriving.ts";
export { openRanged } from "./open-ranged.ts";
export { type OpenOptions, type OpenSource, openStored } from "./open-source.ts";
export { type OpenUrlOptions, openUrl } from "./open-url.ts";
export { readPiece, type SourceReader } from "./source-reader.ts";
