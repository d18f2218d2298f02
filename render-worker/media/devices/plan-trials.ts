import { type EncoderRow, words } from "../ffmpeg/index.ts";
import { deviceTable, type KnownDevice } from "./device-table.ts";

/** Above every encoder's minimum. */
const size = { width: 320, height: 192 };
/** Distance of key frames in trials, in seconds. */
const KEY_FRAMES_EVERY = 0.4;

/** Number of pieces in a trial's output, one per requested key frame. */
export const EXPECTED_PIECES = 3;

const QUIET = "-hide_banner -nostdin -v error";

/**
 * Encodes one second with the options of a real render. The output starts a new piece (`moof`) at each key
 * frame. This detects encoders that open but ignore forced key frames, where no segment could start.
 */
export function planEncoderTrial(row: EncoderRow, device: KnownDevice | null): string[] {
  const picture = { ...size, frameRate: 25, bitrateBps: 600_000 };
  const upload = row.upload === "" ? "" : `,${row.upload}`;
  return [
    ...words(QUIET),
    ...openDevice(row, device),
    ...words(`-f lavfi -i testsrc2=s=${size.width}x${size.height}:r=25:d=1 -map 0:v`),
    ...words(`-vf format=yuv420p${upload} -c:v ${row.name} ${row.coding(picture)}`),
    ...words(`${row.rate(row.quality, picture.bitrateBps)} ${selectDevice(row, device)}`),
    ...words(`-force_key_frames expr:gte(t,n_forced*${KEY_FRAMES_EVERY}) ${row.groups} -g 250`),
    ...words("-f mp4 -movflags frag_keyframe+empty_moov+default_base_moof pipe:1"),
  ];
}

/** Software encoders that create samples for decoder trials. */
export const sampleCodecs = [
  { codec: "h264", encoder: "libx264 -preset ultrafast" },
  { codec: "hevc", encoder: "libx265 -preset ultrafast -x265-params log-level=error" },
  { codec: "av1", encoder: "libsvtav1 -preset 12" },
  { codec: "vp9", encoder: "libvpx-vp9 -deadline realtime -cpu-used 8" },
  { codec: "mpeg2video", encoder: "mpeg2video" },
] as const;

export const planSample = (encoder: string, path: string): string[] => [
  ...words(`${QUIET} -y -f lavfi -i testsrc2=s=${size.width}x${size.height}:r=25:d=0.4`),
  ...words(`-pix_fmt yuv420p -c:v ${encoder} -f matroska`),
  path,
];

/** Decodes and scales a sample on the device. A silent fallback to software fails at the scaling. */
export function planDecoderTrial(device: KnownDevice, path: string): string[] {
  const { decode } = deviceTable[device.kind];
  if (decode === null) throw new Error(`Devices of the kind ${device.kind} decode nothing.`);
  return [
    ...words(QUIET),
    ...openDecoder(device, decode.hwaccel),
    "-i",
    path,
    ...words(`-map 0:v -vf ${decode.scale(160, 96)},${decode.download} -f null -`),
  ];
}

/**
 * Input options that open the device to which frames are uploaded. Encoders that read from main memory open
 * their device themselves.
 */
export const openDevice = (row: EncoderRow, device: KnownDevice | null): string[] =>
  device === null || row.upload === "" ? [] : open(device);

/** Input options that decode the source on the device and keep its frames there. */
export const openDecoder = (device: KnownDevice, hwaccel: string): string[] => [
  ...open(device),
  ...words(`-hwaccel ${hwaccel} -hwaccel_device gpu -hwaccel_output_format ${hwaccel}`),
];

/** Device option of an encoder that reads from main memory. */
export const selectDevice = (row: EncoderRow, device: KnownDevice | null): string =>
  device !== null && row.device !== null ? deviceTable[row.device].select(device.id) : "";

const open = ({ kind, id }: KnownDevice): string[] =>
  words(`${deviceTable[kind].open(id)} -filter_hw_device gpu`);
