import type { ProgramResult } from "../../programs/index.ts";
import {
  type ChosenEncoder,
  chosenKey,
  type DevicePlan,
  decoderKey,
  describeEncoder,
} from "./choose-devices.ts";
import { deviceTable, type KnownDevice } from "./device-table.ts";

/** The encoder or decoder with which ffmpeg failed. */
interface Blame {
  /** Keys of the failed ones: `encoderKey`, `decoderKey`. */
  keys: string[];
  /** Display name. */
  what: string;
  /** The line of the log that shows it. */
  reason: string;
}

/** Faults of the machine or the source, independent of the device. */
const ELSEWHERE =
  /No space left on device|Disk quota exceeded|exceeds specified max pixel count|not on whitelist|std::bad_alloc/;

/** Messages of drivers and of ffmpeg's code for them, which do not start with the codec's name. */
const DEVICE_TROUBLE =
  /CUDA_ERROR|libcuda|libnvcuvid|nvcuvid|CUDA device|NVENC|nvEnc|No decoder surfaces left|hwaccel|Device creation failed|device failed|MFX_?ERR|VA_STATUS|vaapi|VAAPI|libva|VA display|VTCompressionSession|compression session|Impossible to convert between the formats|Failed to (?:transfer|download|upload|sync)|Function not implemented/i;

const isDeviceTrouble = (line: string): boolean =>
  DEVICE_TROUBLE.test(line) ||
  (/cuvid\w/i.test(line) && line.includes(" failed")) ||
  (/Error (?:creating|initializing) /i.test(line) && /device|hw/i.test(line));

/**
 * Determines from ffmpeg's log which device encoder or decoder failed. Null if no device was involved, or the
 * log shows another cause. If the encoder cannot be identified, everything that the process used on the
 * device is blamed; its replacement works.
 */
export function blameDevice(
  { endedFor, signal, stderr }: Pick<ProgramResult, "endedFor" | "signal" | "stderr">,
  plan: DevicePlan,
  sourceCodec: string,
): Blame | null {
  const onDevice = [...plan.encoders.values()].filter(({ device }) => device !== null);
  if (onDevice.length === 0 && plan.decodeOn === null) return null;
  const isStalled = endedFor === "STALLED";
  // Ended from outside, or by the system for lack of memory.
  if (ELSEWHERE.test(stderr) || (signal !== null && !isStalled && signal !== "SIGSEGV")) return null;
  const lines = stderr.trimEnd().split("\n");
  for (const encoder of onDevice) {
    const said = lines.find((line) =>
      new RegExp(`^\\[${encoder.row.name} @|/${encoder.row.name} @`).test(line),
    );
    if (said !== undefined)
      return toBlame(
        onDevice.filter(({ row }) => row === encoder.row),
        said,
      );
  }
  const trouble = lines.find((line) => isDeviceTrouble(line));
  // Damaged frames stop a device's decoder, while the software decoder continues and decides.
  if (plan.decodeOn !== null) {
    return decoderBlame(plan.decodeOn, sourceCodec, trouble ?? lastLine(lines), onDevice, trouble);
  }
  if (isStalled) return toBlame(onDevice, "ffmpeg made no progress for a long time.");
  if (trouble !== undefined) return toBlame(onDevice, trouble);
  return null;
}

function decoderBlame(
  device: KnownDevice,
  codec: string,
  reason: string,
  encoders: readonly ChosenEncoder[],
  trouble: string | undefined,
): Blame {
  // A lost device is lost for both.
  const isGone =
    trouble !== undefined && /Device creation failed|CUDA_ERROR|device failed|libcuda/.test(trouble);
  return {
    keys: [decoderKey(codec, device), ...(isGone ? encoders.map(chosenKey) : [])],
    what: `${deviceTable[device.kind].label} on ${device.name}`,
    reason: clean(reason),
  };
}

const toBlame = (encoders: readonly ChosenEncoder[], reason: string): Blame => ({
  keys: [...new Set(encoders.map(chosenKey))],
  what: [...new Set(encoders.map(describeEncoder))].join(", "),
  reason: clean(reason),
});

const lastLine = (lines: readonly string[]): string =>
  lines.findLast((line) => line.trim() !== "") ?? "ffmpeg gave no reason.";

/** Removes the address of a structure in memory, which differs in every run. */
const clean = (line: string): string => line.replace(/^(?:\[[^\]]* @ 0x[0-9a-f]+\]\s*)+/, "").slice(0, 500);

/** An encode failed with a device. The same attempt can repeat it with another encoder. */
export class DeviceFailure extends Error {
  readonly blame: Blame;
  constructor(blame: Blame, options: ErrorOptions) {
    super(`${blame.what} failed: ${blame.reason}`, options);
    this.name = "DeviceFailure";
    this.blame = blame;
  }
}
