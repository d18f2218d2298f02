/** Determines what a source is. */
export { type AudioTrack, audioStartMs } from "./audio-track.ts";
export { ProbeMemoryError } from "./explain-failure.ts";
export { KnownSources } from "./known-sources.ts";
export { probeSource } from "./probe-source.ts";
export { readTransportClock } from "./read-transport-clock.ts";
export {
  decodedSize,
  describeForMemory,
  type PictureProbe,
  reportedProbe,
  type SourceFile,
} from "./source-file.ts";
