/** Resumable uploads of sources into the local store. */
export * from "./tus-uploads.ts";
export { InvalidUploadSizeError } from "./upload-errors.ts";
export * from "./upload-token.ts";
