/** Serving the local store to players. */
export * from "./media-handler.ts";
