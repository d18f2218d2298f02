/**
 * Writes video, and optionally uncompressed audio, as Matroska (RFC 9559): each frame has its own time, so a
 * frame that is shown for seconds is sent once.
 */

/** Nanoseconds per tick. Fine enough for every frame rate, and an hour fits into the block times. */
const TIMESTAMP_SCALE_NS = 10_000;
const TICKS_PER_SECOND = 1e9 / TIMESTAMP_SCALE_NS;
export const SAMPLE_RATE = 48_000;
const CHANNELS = 2;

const VIDEO_TRACK = 1;
const AUDIO_TRACK = 2;
/** Flags of a simple block: a key frame. */
const KEY_FRAME = 0x80;

/** An element's id, as RFC 9559 lists it, with its length marker. */
const ids = {
  ebml: "1a45dfa3",
  ebmlVersion: "4286",
  ebmlReadVersion: "42f7",
  maxIdLength: "42f2",
  maxSizeLength: "42f3",
  docType: "4282",
  docTypeVersion: "4287",
  docTypeReadVersion: "4285",
  segment: "18538067",
  info: "1549a966",
  timestampScale: "2ad7b1",
  muxingApp: "4d80",
  writingApp: "5741",
  tracks: "1654ae6b",
  trackEntry: "ae",
  trackNumber: "d7",
  trackUid: "73c5",
  trackType: "83",
  flagLacing: "9c",
  codecId: "86",
  codecPrivate: "63a2",
  defaultDuration: "23e383",
  video: "e0",
  pixelWidth: "b0",
  pixelHeight: "ba",
  uncompressedFourCc: "2eb524",
  audio: "e1",
  samplingFrequency: "b5",
  channels: "9f",
  bitDepth: "6264",
  cluster: "1f43b675",
  timestamp: "e7",
  simpleBlock: "a3",
} as const;

const idOf = (name: keyof typeof ids): Buffer => Buffer.from(ids[name], "hex");

/** A length in eight bytes. */
function sizeOf(length: number): Buffer {
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(length) | (1n << 56n));
  return size;
}

/** For a segment that ends with the stream. */
const unknownSize = Buffer.from("01ffffffffffffff", "hex");

const element = (name: keyof typeof ids, ...body: readonly Buffer[]): Buffer => {
  const length = body.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([idOf(name), sizeOf(length), ...body]);
};

function uint(name: keyof typeof ids, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return element(name, bytes);
}

function float(name: keyof typeof ids, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return element(name, bytes);
}

const text = (name: keyof typeof ids, value: string): Buffer => element(name, Buffer.from(value));

const ticks = (seconds: number): number => Math.round(seconds * TICKS_PER_SECOND);

/** How a video track is decoded (RFC 9559, section 5.1.4.1). */
export interface VideoCodec {
  id: string;
  codecPrivate?: Buffer;
  /** Order of the bytes of uncompressed video. */
  fourCc?: string;
}

interface VideoTrack {
  width: number;
  height: number;
  frameRate: number;
  codec: VideoCodec;
}

/** The beginning of a file of video, of 16-bit stereo audio, or of both. */
export function matroskaHeader({
  video,
  hasAudio = false,
}: {
  video?: VideoTrack;
  hasAudio?: boolean;
}): Buffer {
  const track = (number: number, type: number, codec: string, ...rest: readonly Buffer[]) =>
    element(
      "trackEntry",
      ...[uint("trackNumber", number), uint("trackUid", number), uint("trackType", type)],
      ...[uint("flagLacing", 0), text("codecId", codec), ...rest],
    );
  const sound = element(
    "audio",
    float("samplingFrequency", SAMPLE_RATE),
    uint("channels", CHANNELS),
    uint("bitDepth", 16),
  );
  return Buffer.concat([
    element(
      "ebml",
      ...[
        uint("ebmlVersion", 1),
        uint("ebmlReadVersion", 1),
        uint("maxIdLength", 4),
        uint("maxSizeLength", 8),
      ],
      ...[text("docType", "matroska"), uint("docTypeVersion", 4), uint("docTypeReadVersion", 2)],
    ),
    idOf("segment"),
    unknownSize,
    element(
      "info",
      uint("timestampScale", TIMESTAMP_SCALE_NS),
      text("muxingApp", "Reelay"),
      text("writingApp", "Reelay"),
    ),
    element(
      "tracks",
      ...(video ? [track(VIDEO_TRACK, 1, video.codec.id, ...pictureOf(video))] : []),
      ...(hasAudio ? [track(AUDIO_TRACK, 2, "A_PCM/INT/LIT", sound)] : []),
    ),
  ]);
}

const pictureOf = ({ width, height, frameRate, codec: { codecPrivate, fourCc } }: VideoTrack) => [
  ...(codecPrivate ? [element("codecPrivate", codecPrivate)] : []),
  uint("defaultDuration", Math.round(1e9 / frameRate)),
  element(
    "video",
    uint("pixelWidth", width),
    uint("pixelHeight", height),
    ...(fourCc ? [text("uncompressedFourCc", fourCc)] : []),
  ),
];

/** What precedes the payload of a frame or of samples: a cluster with one block. */
export function matroskaBlock(track: "video" | "audio", seconds: number, payloadBytes: number): Buffer {
  const number = track === "video" ? VIDEO_TRACK : AUDIO_TRACK;
  const block = Buffer.from([0x80 | number, 0, 0, KEY_FRAME]);
  const time = uint("timestamp", ticks(seconds));
  const blockBytes = block.length + payloadBytes;
  const blockHead = Buffer.concat([idOf("simpleBlock"), sizeOf(blockBytes), block]);
  const clusterBytes = time.length + idOf("simpleBlock").length + 8 + blockBytes;
  return Buffer.concat([idOf("cluster"), sizeOf(clusterBytes), time, blockHead]);
}
