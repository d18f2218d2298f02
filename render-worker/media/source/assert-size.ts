import { inputError } from "../../errors.ts";

/** Throws a final `RenderError` for an empty source, and for one above the limit. */
export function assertSize(sizeBytes: number, limits: { sourceBytes: number }): void {
  if (sizeBytes === 0) {
    throw inputError("SOURCE_EMPTY", "The source is an empty file (0 bytes). Upload a video file.");
  }
  if (sizeBytes > limits.sourceBytes) {
    throw inputError(
      "SOURCE_TOO_LARGE",
      `The source has ${sizeBytes} bytes; the limit is ${limits.sourceBytes}. Upload a smaller file, or raise MAX_SOURCE_BYTES.`,
    );
  }
}
