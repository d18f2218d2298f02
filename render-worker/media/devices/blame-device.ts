import type { ProgramResult } from "../../programs/index.ts";
import {
  type ChosenEncoder,
  chosenKey,
  type DevicePlan,
  decoderKey,
  describeEncoder,
} from "./choose-devices.ts";
import { deviceTable, type KnownDevice } from "./device-table.ts";

/** An encoder or decoder that an ffmpeg process failed with. */
interface Blame {
  /** Keys to remember the failed by: `encoderKey`, `decoderKey`. */
  keys: string[];
  /** For people. */
  what: string;
  /** The line that gave it away. */
  reason: string;
}

/** Wrong with the machine or the source, whatever device is used. */
const elsewhere =
  /No space left on device|Disk quota exceeded|exceeds specified max pixel count|not on whitelist|std::bad_alloc/;

/** What drivers and ffmpeg's own code for them say; the codec's name stands in front of none of it. */
const deviceTrouble =
  /CUDA_ERROR|libcuda|libnvcuvid|nvcuvid|CUDA device|NVENC|nvEnc|No decoder surfaces left|hwaccel|Device creation failed|device failed|MFX_?ERR|VA_STATUS|vaapi|VAAPI|libva|VA display|VTCompressionSession|compression session|Impossible to convert between the formats|Failed to (?:transfer|download|upload|sync)|Function not implemented/i;

const isDeviceTrouble = (line: string): boolean =>
  deviceTrouble.test(line) ||
  (/cuvid\w/i.test(line) && line.includes(" failed")) ||
  (/Error (?:creating|initializing) /i.test(line) && /device|hw/i.test(line));

/**
 * Which encoder or decoder on a device an ffmpeg failed with, decided from what it said last. Null: no device had a part in it, or what it said has another
 * cause. Where no one encoder can be told, all that the process used on the device share the blame: what takes their place is what works.
 */
export function blameDevice(
  { endedFor, signal, stderr }: Pick<ProgramResult, "endedFor" | "signal" | "stderr">,
  plan: DevicePlan,
  sourceCodec: string,
): Blame | null {
  const onDevice = [...plan.encoders.values()].filter(({ device }) => device !== null);
  if (onDevice.length === 0 && plan.decodeOn === null) return null;
  const isStalled = endedFor === "STALLED";
  // Ended from outside, or by the system for want of memory: nobody's failure here.
  if (elsewhere.test(stderr) || (signal !== null && !isStalled && signal !== "SIGSEGV")) return null;
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
  // Damaged pictures stop a device's decoder at once, where one in software would go on: software has the last word.
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
  // A device that is gone is gone for both.
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

/** Without the address of a structure in memory, which is another each time. */
const clean = (line: string): string => line.replace(/^(?:\[[^\]]* @ 0x[0-9a-f]+\]\s*)+/, "").slice(0, 500);

/** An encode that failed with a device: what it was making can be made with another, in the same attempt. */
export class DeviceFailure extends Error {
  readonly blame: Blame;
  constructor(blame: Blame, options: ErrorOptions) {
    super(`${blame.what} failed: ${blame.reason}`, options);
    this.name = "DeviceFailure";
    this.blame = blame;
  }
}
