import { isAudioOnly } from "@reelay/contracts";
import { reserveMemory } from "../../host/index.ts";
import { otherPicturesNeed, probeNeed } from "../../media/needs/index.ts";
import { ProbeMemoryError, probeSource, type SourceFile } from "../../media/probe/index.ts";
import type { OpenSource } from "../../media/source/index.ts";
import { ProgramUsage } from "../../programs/index.ts";
import type { MediaAttempt } from "./runtime.ts";

/**
 * Probes the source, unless a task of this worker has done so. Starts with little memory; the few sources
 * that need more are probed again with the maximum. Throws like `probeSource`, and `NeedsMoreMemoryError` if
 * this worker has too little memory.
 */
export async function probeWithinMemory(context: MediaAttempt, file: OpenSource): Promise<SourceFile> {
  const wants = isAudioOnly(context.task.profile) ? "AUDIO" : "PICTURE";
  const known = context.knownSources.find(file, wants);
  if (known !== null) return known;
  const source = await probeAnew(context, file, wants);
  context.knownSources.keep(file, wants, source);
  return source;
}

async function probeAnew(
  context: MediaAttempt,
  file: OpenSource,
  wants: "PICTURE" | "AUDIO",
): Promise<SourceFile> {
  const { config, log, memory, programs, signal, tools } = context;
  /** @param leastBytes memory that this source needs anyway: samples may miss a short program's peak */
  const probe = (bytes: number, leastBytes: (source: SourceFile) => number = () => 0) =>
    reserveMemory(context, { program: "probe", bytes }, async () => {
      using usage = new ProgramUsage();
      const source = await usage.around(() =>
        probeSource(file, {
          ...{ ffprobe: programs.ffprobe, limits: config.limits, signal, memoryBytes: bytes },
          wants,
          ...(tools.decodable && { decodable: tools.decodable }),
        }),
      );
      return { ...source, probedBytes: Math.max(leastBytes(source), usage.read()?.peakMemoryBytes ?? 0) };
    });
  try {
    return await probe(probeNeed.usual);
  } catch (error) {
    if (!(error instanceof ProbeMemoryError)) throw error;
    log.info({ bytes: probeNeed.most }, "probe.repeated");
  }
  try {
    return await probe(Math.min(probeNeed.most, memory.budget.capacityBytes), ({ otherPictures }) =>
      Math.max(probeNeed.usual, otherPicturesNeed(otherPictures)),
    );
  } catch (error) {
    if (!(error instanceof ProbeMemoryError)) throw error;
    memory.assertFits(probeNeed.most, "to probe the source");
    throw error;
  }
}
