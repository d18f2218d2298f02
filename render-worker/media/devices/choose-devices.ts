import type { Capabilities, VideoStreamProbe } from "@reelay/contracts";
import { type EncoderRow, encoderFor, encoderKey, encoderTable } from "../ffmpeg/index.ts";
import { isSteady, type PlannedRung } from "../ladder/index.ts";
import { deviceKey, deviceTable, type KnownDevice } from "./device-table.ts";

export interface ChosenEncoder {
  row: EncoderRow;
  /** Null: software. */
  device: KnownDevice | null;
}

/** Who does what in one ffmpeg process. It uses one device at most, so that pictures never wander from one to another. */
export interface DevicePlan {
  /** Where the source is decoded and scaled; null: in software. */
  decodeOn: KnownDevice | null;
  /** What makes each rung, by its name. */
  encoders: ReadonlyMap<string, ChosenEncoder>;
}

export interface DeviceState {
  /** Encoder sessions that are open on it. */
  sessions: number;
  /** Processes that use it in any way. */
  processes: number;
  /** Sessions that it may have at once. */
  mostSessions: number;
}

export interface ChooseRequest {
  video: VideoStreamProbe;
  rungs: readonly PlannedRung[];
  capabilities: Capabilities;
  /** Keys (`encoderKey`, `decoderKey`) of what failed in this attempt. */
  excluded: ReadonlySet<string>;
  stateOf: (device: KnownDevice) => DeviceState;
}

/**
 * Chooses the device that can make most of the rungs, the least busy of several, and gives it the largest rungs, as many as it has free sessions for; the
 * rest is made in software. The source is decoded on the same device, or on any that can where none encodes. A rung whose codec nothing can
 * make is left out of the result. What a rung prefers comes before all that. Pure.
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

/** What a device would make. */
function toOffer(device: KnownDevice, { rungs, capabilities, excluded, stateOf }: ChooseRequest) {
  const { sessions, mostSessions, processes } = stateOf(device);
  // The same chip may be there as two kinds, under one id.
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

/** To remember a decoder by. */
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
 * What devices decode and scale alike everywhere: 8-bit 4:2:0 that need not be turned, tone-mapped or brought to another range, for all of which they would
 * need filters that not all have. Nor can all of them show a picture twice that stands for long (`planRepeats`). The rest goes through software.
 */
const isPlain = (video: VideoStreamProbe): boolean =>
  video.pixelFormat === "yuv420p" &&
  video.rotation === 0 &&
  video.hdr === null &&
  video.colorRange !== "pc" &&
  isSteady(video);

/** For people: `h264_nvenc on NVIDIA L4`, `libx264`. */
export const describeEncoder = ({ row, device }: ChosenEncoder): string =>
  device === null ? row.name : `${row.name} on ${device.name}`;

/** `encoderKey` of a chosen one. */
export const chosenKey = ({ row, device }: ChosenEncoder): string =>
  encoderKey({ name: row.name, device: device?.id ?? null });
