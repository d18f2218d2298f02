/**
 * The protocol between API and workers: messages, states, errors, profiles, object keys, and the playlists
 * that both write. A leaf: imports zod only.
 */

export * from "./audio.ts";
export * from "./choose-variant.ts";
export * from "./codec.ts";
export * from "./errors.ts";
export * from "./hls/measure-bandwidth.ts";
export * from "./hls/media-playlist.ts";
export * from "./hls/read-media-playlist.ts";
export * from "./instant.ts";
export * from "./kinds/index.ts";
export * from "./messages/index.ts";
export * from "./object-keys.ts";
export * from "./probe.ts";
export * from "./profile.ts";
export * from "./quality.ts";
export * from "./source-check.ts";
export * from "./states.ts";
export * from "./stored-folder.ts";
export * from "./storyboard.ts";
export * from "./transitions.ts";
