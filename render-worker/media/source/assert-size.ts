import { inputError } from "../../errors.ts";

/** Throws a final `RenderError` for an empty source and for one that is larger than what is taken. */
export function assertSize(sizeBytes: number, limits: { sourceBytes: number }): void {
  if (sizeBytes === 0) {
    throw inputError(
      "SOURCE_EMPTY",
      "The source is an empty file (0 bytes); a video file was expected. Upload it again.",
    );
  }
  if (sizeBytes > limits.sourceBytes) {
    throw inputError(
      "SOURCE_TOO_LARGE",
      `The source has ${sizeBytes} bytes; at most ${limits.sourceBytes} are taken. Upload a smaller file, or raise MAX_SOURCE_BYTES.`,
    );
  }
}
