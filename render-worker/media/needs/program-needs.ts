import type { QualityMetric } from "@reelay/contracts";
import {
  estimateDecoder,
  estimateOpen,
  type NeededSource,
  type Picture,
  PROGRAM_BYTES,
  pictureBytes,
} from "./estimate-need.ts";

/**
 * Memory of the programs before, beside and after a render, in bytes; `estimateNeed` covers the render
 * itself. All pure.
 */

const MIB = 1024 ** 2;

/**
 * Probing a source, before anything is known about it. Most sources use 16 to 60 MiB, a 6-hour MP4 135.
 * Anything beyond the maximum is not a regular video.
 */
export const probeNeed = { usual: 256 * MIB, most: 2 * 1024 * MIB };

/**
 * Opening a source decodes a frame of each video stream, rendered or not: cover art of 5600x5600 in RGBA with
 * 16 bits used 301 MiB in total.
 */
export const otherPicturesNeed = (pictures: readonly Picture[]): number =>
  PROGRAM_BYTES + pictures.reduce((sum, picture) => sum + pictureBytes(picture), 0);

/** ffprobe that reads packets of a source. */
export const lookNeed = estimateOpen;

/** Decoding single frames: four frames of 2160p in 10 bits used 146 MiB in total. */
export const firstPictureNeed = (source: NeededSource): number =>
  estimateOpen(source) + 6 * pictureBytes(source);

/** The same, and the sprite under construction. */
export const storyboardNeed = (source: NeededSource): number => firstPictureNeed(source) + 16 * MIB;

/** Measuring a track's loudness at this many places at once. */
export const loudnessNeed = estimateOpen;

/** Copying packets: a complete segment is written and handed on while the next one grows. */
export const remuxNeed = (source: NeededSource, segment: { peakBps: number; longestMs: number }): number =>
  lookNeed(source) + (2 * segment.peakBps * segment.longestMs) / 8_000;

/**
 * Bytes per pixel and variant at the size of comparison, including frames that wait for their counterpart.
 * One, three and seven variants of 1080p used 204, 428 and 811 MiB with VMAF (7.0), and 114, 158 and 227 with
 * SSIM (5.1).
 */
const comparingBytes: Record<QualityMetric, number> = { VMAF: 60, SSIM: 14 };

/** Comparing variants with their source, which is decoded once, at one size. */
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

/**
 * Decoding the starts of this many segments of a small variant (or one of the largest), and an image encoder.
 */
export const piecesNeed = (pieces: number): number => 96 * MIB + pieces * 24 * MIB;

/** Memory per packet that is read from fragments and added to the index of an MP4. */
const INDEXED_PACKET_BYTES = 160;

/** Frames on the way to the overlay, in RGB and then in YUV, both with alpha. */
const OVERLAID_FRAMES = 20;
const OVERLAID_BYTES = 6.5;

/** Decoding a clip behind drawn pictures with two threads, and laying them over it. */
export const backgroundNeed = (source: NeededSource, size: { width: number; height: number }): number =>
  estimateOpen(source) +
  estimateDecoder(source, 2) +
  OVERLAID_FRAMES * OVERLAID_BYTES * size.width * size.height;

/** Joining finished renditions into one file. */
export const downloadNeed = (packets: number): number => 80 * MIB + packets * INDEXED_PACKET_BYTES;
