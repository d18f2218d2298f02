/** Resumable uploads of sources into the local store. */
export * from "./tus-uploads.ts";
