/** Segments and playlists. */
export { chooseRendition } from "./choose-rendition.ts";
export { parseMediaPlaylist } from "./media-playlist.ts";
export { RenditionPublisher } from "./publish-rendition.ts";
export { bringSegment, readSegments, type StoredSegment } from "./read-segments.ts";
export type { RenditionSink, StoredRendition } from "./rendition-sink.ts";
export { PartSink, PlaylistSink } from "./rendition-sink.ts";
