/** The wire between API and workers: message schemas, states, error shape, profile and object layout, and the playlists that both write. A leaf: imports zod only. */
export * from "./choose-variant.ts";
export * from "./codec.ts";
export * from "./download.ts";
export * from "./errors.ts";
export * from "./follow-up.ts";
export * from "./hls/measure-bandwidth.ts";
export * from "./hls/media-playlist.ts";
export * from "./instant.ts";
export * from "./messages/index.ts";
export * from "./object-keys.ts";
export * from "./preview.ts";
export * from "./probe.ts";
export * from "./profile.ts";
export * from "./quality.ts";
export * from "./sound.ts";
export * from "./states.ts";
export * from "./storyboard.ts";
