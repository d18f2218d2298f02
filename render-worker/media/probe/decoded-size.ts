import type { VideoStreamProbe } from "@reelay/contracts";

/** Of pictures as they come from the decoder, turned upright: pixels, which need not be square. */
export const decodedSize = ({
  codedWidth,
  codedHeight,
  rotation,
}: Pick<VideoStreamProbe, "codedWidth" | "codedHeight" | "rotation">): { width: number; height: number } =>
  rotation % 180 === 0
    ? { width: codedWidth, height: codedHeight }
    : { width: codedHeight, height: codedWidth };
