import { InvalidInputError } from "../errors/index.ts";

export interface SizeLimit {
  /** Path of the input field, e.g. `source.upload.sizeBytes`. */
  field: string;
  maxBytes: number;
  /** The server's setting of the limit, e.g. `UPLOAD_MAX_BYTES`. */
  setting: string;
}

/** An upload's exact size. Throws `InvalidInputError` (`UPLOAD_SIZE_INVALID`, `UPLOAD_TOO_LARGE`). */
export function checkUploadSize(sizeBytes: number, { field, maxBytes, setting }: SizeLimit): number {
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 1) {
    throw new InvalidInputError(
      "UPLOAD_SIZE_INVALID",
      field,
      `${field}: is ${sizeBytes}; pass the file's exact size in bytes, at least 1.`,
    );
  }
  if (sizeBytes > maxBytes) {
    throw new InvalidInputError(
      "UPLOAD_TOO_LARGE",
      field,
      `${field}: is ${sizeBytes}; the limit of this server is ${maxBytes} bytes. Send a smaller file, or raise ${setting}.`,
    );
  }
  return sizeBytes;
}
