import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import type { Capabilities, DecoderCapability, EncoderCapability } from "@reelay/contracts";
import { type EncoderRow, encoderTable } from "../ffmpeg/encoder-table.ts";
import { runTool, type ToolResult } from "../ffmpeg/run-tool.ts";
import { deviceTable, type KnownDevice } from "./device-table.ts";
import { inTurns } from "./in-turns.ts";
import {
  expectedPieces,
  planDecoderTrial,
  planEncoderTrial,
  planSample,
  sampleCodecs,
} from "./plan-trials.ts";

export interface TryOptions {
  ffmpegPath: string;
  /** Encoders that this build lists: no others are tried. */
  listed: ReadonlySet<string>;
  devices: readonly KnownDevice[];
  /** Told of everything that was tried and does not work, with the last that ffmpeg said. */
  onRefused?: (what: string, reason: string) => void;
  signal?: AbortSignal;
}

const timeoutMs = 20_000;

/**
 * What really works on this machine: every candidate encodes a second of pictures on every device that it could use, every decoder decodes
 * some. Being listed means nothing: the driver may be missing, the chip may not know the codec, or all its sessions may be taken.
 */
export async function tryCapabilities(options: TryOptions): Promise<Capabilities> {
  const [encoders, decoders] = await Promise.all([tryEncoders(options), tryDecoders(options)]);
  const used = new Set([...encoders, ...decoders].map(({ device, kind }) => `${kind} ${device}`));
  return {
    devices: options.devices.filter(({ kind, id }) => used.has(`${kind} ${id}`)),
    encoders: encoders.map(({ kind: _, ...encoder }) => encoder),
    decoders: decoders.map(({ kind: _, ...decoder }) => decoder),
  };
}

interface Candidate {
  row: EncoderRow;
  device: KnownDevice | null;
}

async function tryEncoders(options: TryOptions): Promise<(EncoderCapability & { kind: string | null })[]> {
  const { listed, devices } = options;
  const candidates = encoderTable
    .filter(({ name }) => listed.has(name))
    .flatMap((row): Candidate[] =>
      row.device === null
        ? [{ row, device: null }]
        : devices.filter(({ kind }) => kind === row.device).map((device) => ({ row, device })),
    );
  const works = await inTurns(candidates, atOnce(), async ({ row, device }) => {
    const result = await attempt(options, planEncoderTrial(row, device));
    const pieces = result.stdout.split("moof").length - 1;
    if (result.code === 0 && pieces === expectedPieces) return true;
    const why = result.code === 0 ? "it does not put key frames where they are asked for" : lastWords(result);
    options.onRefused?.(device === null ? row.name : `${row.name} on ${device.name}`, why);
    return false;
  });
  return candidates
    .filter((_, index) => works[index])
    .map(({ row, device }) => ({ name: row.name, codec: row.codec, ...named(device) }));
}

async function tryDecoders(options: TryOptions): Promise<(DecoderCapability & { kind: string | null })[]> {
  const devices = options.devices.filter(({ kind }) => deviceTable[kind].decode !== null);
  // Most machines have none: nothing is made for nobody.
  if (devices.length === 0) return [];
  const directory = await mkdtemp(join(tmpdir(), "reelay-trial-"));
  try {
    const samples = await inTurns(sampleCodecs, atOnce(), async ({ codec, encoder }) => {
      const path = join(directory, `${codec}.mkv`);
      return (await attempt(options, planSample(encoder, path))).code === 0 ? { codec, path } : null;
    });
    const candidates = devices.flatMap((device) =>
      samples.filter((sample) => sample !== null).map((sample) => ({ device, ...sample })),
    );
    const works = await inTurns(candidates, atOnce(), async ({ device, codec, path }) => {
      const result = await attempt(options, planDecoderTrial(device, path));
      if (result.code === 0) return true;
      options.onRefused?.(
        `${codec} from ${deviceTable[device.kind].label} on ${device.name}`,
        lastWords(result),
      );
      return false;
    });
    return candidates
      .filter((_, index) => works[index])
      .map(({ device, codec }) => ({
        name: deviceTable[device.kind].decode?.hwaccel ?? "",
        codec,
        ...named(device),
      }));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const named = (device: KnownDevice | null) => ({
  kind: device?.kind ?? null,
  device: device?.id ?? null,
  deviceName: device?.name ?? null,
});

/** Each uses a core or two for a moment, and a session of its device. */
const atOnce = () => Math.min(4, Math.max(2, availableParallelism()));

const attempt = ({ ffmpegPath, signal }: TryOptions, args: readonly string[]): Promise<ToolResult> =>
  runTool(ffmpegPath, args, { timeoutMs, encoding: "latin1", ...(signal && { signal }) });

function lastWords({ stderr, timedOut }: ToolResult): string {
  if (timedOut) return `nothing came of it in ${timeoutMs / 1000} s`;
  // What broke comes first; what follows says only that it did.
  return stderr.trim().split("\n")[0]?.slice(0, 300) || "ffmpeg gave no reason";
}
