/** Playlists, manifests and `status.json` of a video. */

export { inOrder } from "./audio-tracks.ts";
export { type JoinedPlaylist, joinParts } from "./join-parts.ts";
export { planMasterPlaylist } from "./master-playlist.ts";
export {
  type StatusAddresses,
  type StatusRows,
  statusColumns,
  toPublicStatus,
  toSeconds,
} from "./public-status.ts";
export { publishFirstStatus, refreshStatus } from "./publish-status.ts";
export { readText } from "./read-text.ts";
export { correctManifest, publishManifest, refreshManifest } from "./refresh-manifest.ts";
