import type { OutputStatistics, PlannedOutput } from "../../../media/ffmpeg/index.ts";
import type { RenditionPublisher } from "../../../media/hls/index.ts";
import type { PartDecision } from "../split/index.ts";

interface Named {
  name: string;
}

/** What of an attempt has progress of its own: its variants; of one at the sound alone that. Others have it on the way. */
export const progressing = (work: {
  part: PartDecision;
  rungs: readonly Named[];
  sounds: readonly Named[];
}): readonly Named[] => (work.part.kind === "AUDIO" ? work.sounds : work.rungs);

/**
 * What ffmpeg says of its outputs, which is of pictures only, and of an attempt at the sound alone how much of that is stored: it takes a hundredth of its
 * length, so that is close enough. Pure.
 */
export function withSound(
  statistics: ReadonlyMap<number, OutputStatistics>,
  outputs: readonly PlannedOutput[],
  publishers: ReadonlyMap<string, Pick<RenditionPublisher, "storedBytes" | "storedMs">>,
  { kind, span }: PartDecision,
): ReadonlyMap<number, OutputStatistics> {
  if (kind !== "AUDIO") return statistics;
  const sounds = outputs.flatMap(({ name }, index): [number, OutputStatistics][] => {
    const sound = publishers.get(name);
    if (sound === undefined) return [];
    return [[index, { frames: 0, timeMs: span.startMs + sound.storedMs, sizeBytes: sound.storedBytes }]];
  });
  return new Map([...statistics, ...sounds]);
}
