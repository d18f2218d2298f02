import type { DevicePlan } from "../../../media/devices/index.ts";
import type { PlannedRung } from "../../../media/ladder/index.ts";
import type { Threads } from "../../../media/needs/index.ts";
import type { SoundTrack, SourceFile } from "../../../media/probe/index.ts";
import type { PartDecision, RestDecision, SplitWork } from "../split/index.ts";

/** What one go of an attempt encodes. */
export interface RenderWork {
  source: SourceFile;
  rungs: readonly PlannedRung[];
  /** Tracks to encode. */
  sounds: readonly SoundTrack[];
  part: PartDecision;
  /** With a head. */
  split?: SplitWork;
  /** With a head: what decides how the rest is made, which is not announced before. */
  decision?: RestDecision;
  /** The last of its goes: then the decision is waited for. */
  isLastPass?: boolean;
  /** Absent: as many as ffmpeg takes by itself. */
  threads?: Threads;
  /** Memory that was reserved for it. Absent: memory is not managed. */
  reservedBytes?: number;
  /** Told how much memory the ffmpeg that encodes held at most. */
  onPeak?: (bytes: number) => void;
}

/** The part of a render that depends on who encodes. */
export interface EncodingRound {
  devices: DevicePlan;
  /** Of each rendition's folder in the store: empty at first, `.2` for what is made a second time. */
  suffix: string;
}

export interface Made {
  /** As it could be typed. */
  command: string[];
  /** What made each variant, by its name, e.g. `h264_nvenc on NVIDIA L4`. */
  encoders: Record<string, string>;
}

/** Where on the timeline it is, and how long; null where the source does not say. */
export function toLength({ source, part }: RenderWork): { startMs: number; durationMs: number | null } {
  const { startMs, endMs } = part.span;
  const lastMs = endMs ?? source.probe.durationMs;
  return { startMs, durationMs: lastMs === null ? null : Math.max(1, lastMs - startMs) };
}
