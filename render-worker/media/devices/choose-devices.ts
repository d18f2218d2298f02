import type { Capabilities, VideoStreamProbe } from "@reelay/contracts";
import { type EncoderRow, encoderFor, encoderKey, encoderTable } from "../ffmpeg/index.ts";
import { isSteady, type PlannedRung } from "../ladder/index.ts";
import { deviceKey, deviceTable, type KnownDevice } from "./device-table.ts";

export interface ChosenEncoder {
  row: EncoderRow;
  /** Null: software. */
  device: KnownDevice | null;
}

/**
 * Encoders and decoder of one ffmpeg process. It uses at most one device, so that frames are never copied
 * between devices.
 */
export interface DevicePlan {
  /** Device that decodes and scales the source. Null: software. */
  decodeOn: KnownDevice | null;
  /** Encoder of each rung, by name. */
  encoders: ReadonlyMap<string, ChosenEncoder>;
}

export interface DeviceState {
  /** Open encoder sessions on it. */
  sessions: number;
  /** Processes that use it. */
  processes: number;
  /** Limit of concurrent sessions. */
  mostSessions: number;
}

export interface ChooseRequest {
  video: VideoStreamProbe;
  rungs: readonly PlannedRung[];
  capabilities: Capabilities;
  /** Keys (`encoderKey`, `decoderKey`) that failed in this attempt. */
  excluded: ReadonlySet<string>;
  stateOf: (device: KnownDevice) => DeviceState;
}

/**
 * Chooses the device that can encode most of the rungs, and of several the least busy one. It gets the
 * largest rungs, up to its free sessions; software encodes the others. The source is decoded on the same
 * device, or on any capable one if none encodes. A rung without an encoder for its codec is missing in the
 * result. A rung's preferred encoder takes precedence over all of this. Pure.
 */
export function chooseDevices(request: ChooseRequest): DevicePlan {
  const { rungs, capabilities, excluded } = request;
  const software = capabilities.encoders.filter(({ device }) => device === null);
  const encoders = new Map<string, ChosenEncoder>();
  for (const rung of rungs) {
    const found = encoderFor(rung.codec, software, excluded, rung.encoder);
    if (found) encoders.set(rung.name, { row: found.row, device: null });
  }
  const offers = knownDevices(capabilities)
    .map((device) => toOffer(device, request))
    .filter(({ encoders }) => encoders.size > 0);
  const best = offers.toSorted(
    (a, b) => b.preferred - a.preferred || b.encoders.size - a.encoders.size || a.processes - b.processes,
  )[0];
  for (const [name, encoder] of best?.encoders ?? []) encoders.set(name, encoder);
  return { decodeOn: chooseDecoder(request, best?.device ?? null), encoders };
}

const knownDevices = ({ devices }: Capabilities): KnownDevice[] =>
  devices.filter((device): device is KnownDevice => device.kind in deviceTable);

/** The part of the work that a device could do. */
function toOffer(device: KnownDevice, { rungs, capabilities, excluded, stateOf }: ChooseRequest) {
  const { sessions, mostSessions, processes } = stateOf(device);
  // The same chip may appear as two kinds with one id.
  const own = new Set(encoderTable.filter((row) => row.device === device.kind).map(({ name }) => name));
  const available = capabilities.encoders.filter(
    (encoder) => encoder.device === device.id && own.has(encoder.name),
  );
  const encoders = new Map<string, ChosenEncoder>();
  const software = capabilities.encoders.filter((encoder) => encoder.device === null);
  let preferred = 0;
  for (const rung of rungs.toSorted((a, b) => b.width * b.height - a.width * a.height)) {
    if (sessions + encoders.size >= mostSessions) break;
    const isForSoftware = software.some(
      (encoder) => encoder.name === rung.encoder && !excluded.has(encoderKey(encoder)),
    );
    const found = encoderFor(rung.codec, available, excluded, rung.encoder);
    if (isForSoftware || found === undefined || !fits(found.row, rung)) continue;
    encoders.set(rung.name, { row: found.row, device });
    if (found.name === rung.encoder) preferred += 1;
  }
  return { device, encoders, processes, preferred };
}

const fits = ({ limits }: EncoderRow, { width, height }: PlannedRung): boolean =>
  width >= limits.width && height >= limits.height && Math.max(width, height) <= limits.longerSide;

/** Key of a decoder. */
export const decoderKey = (codec: string, device: KnownDevice): string =>
  `decoder ${codec} ${deviceKey(device)}`;

function chooseDecoder(request: ChooseRequest, encodesOn: KnownDevice | null): KnownDevice | null {
  const { video, capabilities, excluded, stateOf } = request;
  if (!isPlain(video)) return null;
  const able = knownDevices(capabilities).filter(
    (device) =>
      capabilities.decoders.some(
        ({ name, codec, device: id }) =>
          id === device.id && name === deviceTable[device.kind].decode?.hwaccel && codec === video.codec,
      ) && !excluded.has(decoderKey(video.codec, device)),
  );
  if (encodesOn !== null) return able.find((device) => deviceKey(device) === deviceKey(encodesOn)) ?? null;
  return able.toSorted((a, b) => stateOf(a).processes - stateOf(b).processes)[0] ?? null;
}

/**
 * Video that every device decodes and scales alike: 8-bit 4:2:0 without rotation, tone mapping or range
 * conversion, whose filters not all devices have. Devices also cannot repeat a long frame (`planRepeats`).
 * Other video is decoded in software.
 */
const isPlain = (video: VideoStreamProbe): boolean =>
  video.pixelFormat === "yuv420p" &&
  video.rotation === 0 &&
  video.hdr === null &&
  video.colorRange !== "pc" &&
  isSteady(video);

/** Display name: `h264_nvenc on NVIDIA L4`, `libx264`. */
export const describeEncoder = ({ row, device }: ChosenEncoder): string =>
  device === null ? row.name : `${row.name} on ${device.name}`;

/** `encoderKey` of a chosen encoder. */
export const chosenKey = ({ row, device }: ChosenEncoder): string =>
  encoderKey({ name: row.name, device: device?.id ?? null });
