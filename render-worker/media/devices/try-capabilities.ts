import type { Capabilities } from "@reelay/contracts";
import { type EncoderRow, encoderTable } from "../ffmpeg/index.ts";
import { deviceKey, deviceTable, type KnownDevice } from "./device-table.ts";
import { inTurns } from "./in-turns.ts";
import { EXPECTED_PIECES, planEncoderTrial } from "./plan-trials.ts";
import { atOnce, firstWords, runTrial, type TryOptions } from "./run-trial.ts";
import { tryDecoders } from "./try-decoders.ts";

/**
 * Finds what really works on this machine: each candidate encodes one second on each device, and each decoder
 * decodes a sample. A listed encoder may still fail: the driver may be missing, the chip may not support the
 * codec, or all sessions may be in use.
 */
export async function tryCapabilities(options: TryOptions): Promise<Capabilities> {
  const [encoders, decoders] = await Promise.all([tryEncoders(options), tryDecoders(options)]);
  const used = new Set(
    [...encoders, ...decoders].flatMap(({ device }) => (device === null ? [] : [deviceKey(device)])),
  );
  return {
    devices: options.devices.filter((device) => used.has(deviceKey(device))),
    encoders: encoders.map(({ row, device }) => ({
      name: row.name,
      codec: row.codec,
      device: device?.id ?? null,
      deviceName: device?.name ?? null,
    })),
    decoders: decoders.map(({ codec, device }) => ({
      name: deviceTable[device.kind].decode?.hwaccel ?? "",
      codec,
      device: device.id,
      deviceName: device.name,
    })),
  };
}

interface Candidate {
  row: EncoderRow;
  device: KnownDevice | null;
}

async function tryEncoders(options: TryOptions): Promise<Candidate[]> {
  const { listed, devices } = options;
  const candidates = encoderTable
    .filter(({ name }) => listed.has(name))
    .flatMap((row): Candidate[] =>
      row.device === null
        ? [{ row, device: null }]
        : devices.filter(({ kind }) => kind === row.device).map((device) => ({ row, device })),
    );
  const works = await inTurns(candidates, atOnce(), async ({ row, device }) => {
    const result = await runTrial(options, planEncoderTrial(row, device));
    const pieces = result.stdout.split("moof").length - 1;
    if (result.exitCode === 0 && pieces === EXPECTED_PIECES) return true;
    const why = result.exitCode === 0 ? "it ignores forced key frames" : firstWords(result);
    options.onRefused?.(device === null ? row.name : `${row.name} on ${device.name}`, why);
    return false;
  });
  return candidates.filter((_candidate, index) => works[index]);
}
