import { DEFAULT_MAX_FRAME_RATE, type Profile } from "@reelay/contracts";
import { z } from "zod";

/** Facts about a video that determine its work. */
export interface VideoFacts {
  durationMs: number;
  width: number;
  height: number;
  frameRate: number;
  /** Size of the source's file. Null: not known. Absent: it is drawn. */
  sourceBytes?: number | null;
  /** That are spoken in it. Absent: none. */
  speechCharacters?: number;
  /** Name of the template that draws it. Absent: none. */
  template?: string;
  /** Whether a clip moves behind its pictures. Absent: no. */
  isOverVideo?: boolean;
  /** Part of it that is drawn; the rest is copied from other videos. Absent: all. */
  drawnShare?: number;
}

/** The size of a video's work. */
export const Features = z.object({
  version: z.literal(1),
  /** Millions of pixels of all renditions; of HEVC and AV1 they count by their usual effort. */
  encoded: z.number().nonnegative(),
  /** Millions of pixels of the source: decoded, or drawn. */
  decoded: z.number().nonnegative(),
  /**
   * `encoded` by the root of the source's bits per pixel: grain and motion take longer to encode than
   * pictures that stand still. Absent: the source's size is not known, or it is drawn.
   */
  detail: z.number().nonnegative().optional(),
  seconds: z.number().nonnegative(),
  /** Name of the template. Absent: of none, or not known. */
  template: z.string().optional(),
  /** Whether a clip moves behind its pictures. Absent: no. */
  isOverVideo: z.boolean().optional(),
  /** Characters that are spoken. */
  speechCharacters: z.number().nonnegative().default(0),
});
export type Features = z.infer<typeof Features>;

/** Of a media file. The bytes of a script or of data say nothing about the work. Pure. */
export const sourceBytesOf = ({
  params,
  sizeBytes,
}: {
  params: unknown;
  sizeBytes: bigint | null;
}): Pick<VideoFacts, "sourceBytes"> =>
  params === null ? { sourceBytes: sizeBytes === null ? null : Number(sizeBytes) } : {};

/** Effort per pixel, compared with H.264. */
const effort: Readonly<Record<string, number>> = { H264: 1, HEVC: 3, AV1: 3 };
/** A source this little above a rung uses that rung. */
const NEAR = 1.05;

/**
 * What a profile makes of a video. The worker plans the ladder exactly; this has the same rungs for usual
 * sizes.
 * Pure.
 */
export function featuresOf(
  profile: Profile,
  {
    durationMs,
    width,
    height,
    frameRate,
    sourceBytes,
    speechCharacters = 0,
    drawnShare = 1,
    ...drawn
  }: VideoFacts,
): Features {
  const seconds = durationMs / 1_000;
  const drawnSeconds = seconds * drawnShare;
  const shorter = Math.max(1, Math.min(width, height));
  const sourceMegapixels = (width * height) / 1e6;
  const codecs = Map.groupBy(profile.rungs, ({ codec }) => codec);
  const encoded = [...codecs].map(([codec, rungs]) => {
    const fitting = rungs.filter((rung) => rung.height <= shorter * NEAR);
    const top = Math.max(0, ...fitting.map((rung) => rung.height));
    const isBetween = shorter > top * NEAR && rungs.some((rung) => rung.height > shorter);
    const heights = [
      ...fitting.map((rung) => ({ height: rung.height, maxFrameRate: rung.maxFrameRate })),
      ...(isBetween ? [{ height: shorter, maxFrameRate: undefined }] : []),
    ];
    const megapixels = heights.map(
      (rung) =>
        sourceMegapixels *
        Math.min(1, rung.height / shorter) ** 2 *
        Math.min(frameRate, rung.maxFrameRate ?? DEFAULT_MAX_FRAME_RATE),
    );
    return (effort[codec] ?? 1) * drawnSeconds * megapixels.reduce((sum, each) => sum + each, 0);
  });
  const all = encoded.reduce((sum, each) => sum + each, 0);
  const decoded = sourceMegapixels * frameRate * drawnSeconds;
  return {
    ...{ version: 1, encoded: all, decoded },
    ...(sourceBytes != null && decoded > 0 && { detail: all * rootOfBits(sourceBytes, decoded) }),
    seconds,
    speechCharacters,
    ...(drawn.template !== undefined && { template: drawn.template }),
    ...(drawn.isOverVideo === true && { isOverVideo: true }),
  };
}

/** Bits per pixel beyond which a source is hardly compressed, and has no more detail. */
const MOST_BITS = 1;

/** Of the bits per pixel. */
const rootOfBits = (bytes: number, megapixels: number): number =>
  Math.sqrt(Math.min(MOST_BITS, (bytes * 8) / (megapixels * 1e6)));

/** Of each rendition besides its segments: its beginnings and playlists, as measured. */
const OBJECTS_BESIDE = 4;

/** Objects that are stored of it. Pure. */
export function objectsOf(profile: Profile, { durationMs, width, height }: VideoFacts): number {
  const shorter = Math.min(width, height);
  const renditions = profile.rungs.filter((rung) => rung.height <= shorter * NEAR).length + 2;
  return renditions * (Math.ceil(durationMs / profile.segmentDurationMs) + OBJECTS_BESIDE);
}
