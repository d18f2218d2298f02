/** Addresses that clients upload to: what every upload has in common, whatever it is for. */
export { checkUploadSize } from "./check-size.ts";
export { type AskedUpload, openUpload } from "./open-upload.ts";
export { toSafeFilename } from "./safe-filename.ts";
