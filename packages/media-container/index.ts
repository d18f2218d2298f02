/** Bounded readers of MP4, Matroska and MPEG transport streams, for files that strangers upload. */
export * from "./matroska.ts";
export { type Box, createSteps, findBox, readBoxHeader, type Step, walkBoxes } from "./mp4/boxes.ts";
export { type AudioConfig, codecString, readAudioConfig, readAvcConfig } from "./mp4/codec-string.ts";
export {
  moveFragments,
  presentationSpan,
  readFragments,
  readPieceStartMs,
  readTrackClock,
  type TrackClock,
} from "./mp4/fragments.ts";
export { readMovie, type SampledTrack } from "./mp4/movie.ts";
export { retimeSegment } from "./mp4/retime.ts";
export type { Mp4Samples } from "./mp4/samples.ts";
export { readEdits, readTimeScale, type SampleTables, samplePositions, walkChunks } from "./mp4/tables.ts";
export { type TopBox, walkTopBoxes } from "./mp4/top-boxes.ts";
export type { Mp4Track } from "./mp4/track.ts";
export { CLOCK_RANGE, findPackets, readClocks, TICKS_PER_SECOND } from "./transport-stream.ts";
