import type { QualityMetric } from "@reelay/contracts";
import { estimateDecoder, estimateOpen, type NeededSource, pictureBytes } from "./estimate-need.ts";

/**
 * How much memory the programs need that run before, beside and after a render; that of the render itself is `estimateNeed`'s. All pure, in bytes.
 */

const mib = 1024 ** 2;

/**
 * Reading what a source is: before that nothing is known of it. Most take 16 to 60 MiB, six hours of MP4 135; what wants more than the most is no video.
 */
export const probeNeed = { usual: 256 * mib, most: 2 * 1024 * mib };

/** ffprobe reads packets of a source. */
export const lookNeed = estimateOpen;

/** Decoding single pictures: four were held of 2160p in 10 bits, 146 MiB in all. */
export const firstPictureNeed = (source: NeededSource): number =>
  estimateOpen(source) + 6 * pictureBytes(source);

/** The same, and a sprite that is put together of them. */
export const storyboardNeed = (source: NeededSource): number => firstPictureNeed(source) + 16 * mib;

/** Listening to a track in so many places at once. */
export const loudnessNeed = estimateOpen;

/** Copying packets: a segment is written when it is whole, and handed on while the next one grows. */
export const remuxNeed = (source: NeededSource, segment: { peakBps: number; longestMs: number }): number =>
  lookNeed(source) + (2 * segment.peakBps * segment.longestMs) / 8_000;

/**
 * For each pixel of a variant at the size at which it is compared: what compares, and the pictures that are decoded and wait for their partner. One, three
 * and seven variants of 1080p took 204, 428 and 811 MiB with VMAF (7.0), 114, 158 and 227 with SSIM (5.1).
 */
const comparingBytes: Record<QualityMetric, number> = { VMAF: 60, SSIM: 14 };

/** Comparing pieces with their source, which is decoded once, at one size. */
export function comparisonNeed(
  source: NeededSource,
  {
    size,
    pieces,
    metric,
  }: { size: { width: number; height: number }; pieces: number; metric: QualityMetric },
): number {
  return (
    estimateOpen(source) +
    estimateDecoder(source, 1) +
    pieces * size.width * size.height * comparingBytes[metric]
  );
}

/** Decoding the beginnings of so many segments of a small variant (or one of the largest), and an encoder of pictures. */
export const piecesNeed = (pieces: number): number => 96 * mib + pieces * 24 * mib;

/** What is kept of a packet that is read from fragments and gets a place in the index of an MP4. */
const indexedPacketBytes = 160;

/** Putting finished renditions into one file. */
export const downloadNeed = (packets: number): number => 80 * mib + packets * indexedPacketBytes;
