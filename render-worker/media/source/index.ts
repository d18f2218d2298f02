/** Reads a source wherever it is: in the store, on disk, at a URL, or still arriving. */
export { assertSize } from "./assert-size.ts";
export { BlockCache } from "./block-cache.ts";
export { openArriving } from "./open-arriving.ts";
export { type OpenSource, openStored } from "./open-source.ts";
export { type OpenUrlOptions, openUrl } from "./open-url.ts";
export { readPiece, type SourceReader } from "./source-reader.ts";
