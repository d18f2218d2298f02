import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deviceTable, type KnownDevice } from "./device-table.ts";
import { inTurns } from "./in-turns.ts";
import { planDecoderTrial, planSample, sampleCodecs } from "./plan-trials.ts";
import { atOnce, firstWords, runTrial, type TryOptions } from "./run-trial.ts";

interface Candidate {
  device: KnownDevice;
  /** As in a probe. */
  codec: string;
}

/** Finds the working hardware decoders with samples from software encoders. */
export async function tryDecoders(options: TryOptions): Promise<Candidate[]> {
  const devices = options.devices.filter(({ kind }) => deviceTable[kind].decode !== null);
  // Most machines have no devices, and need no samples.
  if (devices.length === 0) return [];
  const directory = await mkdtemp(join(tmpdir(), "reelay-trial-"));
  try {
    const trying = { ...options, ffmpeg: await options.ffmpeg.writing(directory) };
    const pathOf = (codec: string) => join(directory, `${codec}.mkv`);
    const isMade = await inTurns(sampleCodecs, atOnce(), async ({ codec, encoder }) => {
      return (await runTrial(trying, planSample(encoder, pathOf(codec)))).exitCode === 0;
    });
    const codecs = sampleCodecs.filter((_sample, index) => isMade[index]).map(({ codec }) => codec);
    const candidates = devices.flatMap((device) => codecs.map((codec): Candidate => ({ device, codec })));
    const works = await inTurns(candidates, atOnce(), async ({ device, codec }) => {
      const result = await runTrial(trying, planDecoderTrial(device, pathOf(codec)));
      if (result.exitCode === 0) return true;
      const what = `${codec} from ${deviceTable[device.kind].label} on ${device.name}`;
      options.onRefused?.(what, firstWords(result));
      return false;
    });
    return candidates.filter((_candidate, index) => works[index]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
