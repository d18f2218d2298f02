import type { DevicePlan } from "../../../media/devices/index.ts";
import type { PlannedRung } from "../../../media/ladder/index.ts";
import type { Threads } from "../../../media/needs/index.ts";
import type { SoundTrack, SourceFile } from "../../../media/probe/index.ts";
import type { PartDecision, RestDecision, SplitWork } from "../split/index.ts";

/** The work of one pass of an attempt. */
export interface RenderWork {
  source: SourceFile;
  rungs: readonly PlannedRung[];
  /** Tracks to encode. */
  sounds: readonly SoundTrack[];
  part: PartDecision;
  /** For a head. */
  split?: SplitWork;
  /** For a head: the decision about the other tasks, which must precede their announcement. */
  decision?: RestDecision;
  /** The last pass waits for the decision. */
  isLastPass?: boolean;
  /** Absent: ffmpeg's defaults. */
  threads?: Threads;
  /** Reserved memory. Absent: memory is not managed. */
  reservedBytes?: number;
  /** Called with the peak memory of the encoding ffmpeg. */
  onPeak?: (bytes: number) => void;
}

/** The part of a render that depends on the encoder. */
export interface EncodingRound {
  devices: DevicePlan;
  /** Suffix of the renditions' folders in the store: empty at first, `.2` for the second encode. */
  suffix: string;
}

export interface Made {
  /** Command line, as arguments. */
  command: string[];
  /** Encoder by variant, e.g. `h264_nvenc on NVIDIA L4`. */
  encoders: Record<string, string>;
}

/** Start and length on the timeline; the length is null if the source does not state it. */
export function toLength({ source, part }: RenderWork): { startMs: number; durationMs: number | null } {
  const { startMs, endMs } = part.span;
  const lastMs = endMs ?? source.probe.durationMs;
  return { startMs, durationMs: lastMs === null ? null : Math.max(1, lastMs - startMs) };
}
