import { ScenePlan, type TranscodeTaskParams } from "@reelay/contracts";
import { z } from "zod";
import type { PlannedTask } from "../../../jobs/index.ts";

export type PlannedPart = PlannedTask & { kind: "CHUNK" | "AUDIO"; params: TranscodeTaskParams };

/** How the work after the head of a long video was divided into tasks, and why. Stored with the job. */
export const JobPlan = z.object({
  headEndMs: z.int32().positive(),
  /** Length of a chunk; the last may be half as long again. */
  chunkMs: z.int32().positive(),
  /** All of them. */
  chunks: z.int32().nonnegative(),
  /** Chunks of another length at the end of the timeline. Absent: none. */
  tail: z.object({ chunkMs: z.int32().positive(), chunks: z.int32().positive() }).optional(),
  /** Names of the variants per pass, in the order of the groups. */
  groups: z.array(z.array(z.string())),
  /** Seconds of video per second that the head's worker encoded with the whole ladder; null if unknown. */
  speed: z.number().positive().nullable(),
  /** Slots of live workers at the time of planning. */
  slots: z.int32().nonnegative(),
  /** Encoders of the head's variants, by name. Absent: not reported. */
  encoders: z.record(z.string(), z.string()).optional(),
  /** Of scenes, which have no grid: all chunks. Absent: it is a transcode. */
  scenes: ScenePlan.optional(),
  /** A readable explanation. */
  reason: z.string(),
});
export type JobPlan = z.infer<typeof JobPlan>;

/** The plan of an earlier job, if its parts lie on a grid. Scenes are planned again. */
export function readGrid(plan: unknown): JobPlan | null {
  const read = JobPlan.nullable().parse(plan ?? null);
  return read?.scenes === undefined ? read : null;
}

export interface SplitVideo {
  durationMs: number;
  segmentDurationMs: number;
  headEndMs: number;
  /** Variants to make, smallest first. */
  variants: readonly { name: string; tier: string }[];
  /** Names of the audio renditions to make. */
  audioTracks: readonly string[];
  speed: number | null;
  slots: number;
  /** The source itself is also offered, so viewers need not wait for encoded variants. */
  isCopied: boolean;
  /** Time before a part from which decoding must start, if known. */
  leadInMs?: number | undefined;
}

/**
 * This many chunks per slot keep all slots busy to the end although chunks differ in cost. Fewer chunks waste
 * less on starts, more waste less on waiting for the last one: `tests/bench/fleet` measures both.
 */
const CHUNKS_PER_SLOT = 4;
/** The last chunk of each slot is divided further, so that slots of different speed or start end together. */
const SHORT_PER_CHUNK = 3;
/** A lost worker costs one chunk, i.e. at most a minute of video. */
const LONGEST_CHUNK_MS = 60_000;
/** Key frames are rarely further apart than ten seconds; decoding that much more is cheap beside encoding. */
const USUAL_LEAD_IN_MS = 12_000;
/** A viewer stalls if encoding is not faster than playback; a quarter is the reserve. */
const AHEAD_OF_VIEWERS = 1.25;
/**
 * If a copy of the source plays, only viewers with too little bandwidth for it stall. Below this pace they
 * would wait longer than they watch, which is worth a second decode.
 */
const AHEAD_OF_VIEWERS_OF_COPY = 0.5;

/**
 * Divides the work after the head into tasks: chunks of the timeline, each with one decode for all its
 * variants, and the rest of the audio. If all slots together encode the whole ladder more slowly than it
 * plays, as measured by the head's worker, the `CRITICAL` rungs are separate tasks and run first, at the
 * price of a second decode; if a copy of the source plays, only if they are much slower. Pure.
 */
export function planTasks(video: SplitVideo): { plan: JobPlan; tasks: PlannedPart[] } {
  const { durationMs, headEndMs, segmentDurationMs, speed, slots } = video;
  const restMs = Math.max(1, durationMs - headEndMs);
  // A single slot gains nothing from shorter ones.
  const share = slots > 1 ? restMs / (slots * CHUNKS_PER_SLOT) : restMs;
  const usualMs =
    Math.max(1, Math.round(Math.min(LONGEST_CHUNK_MS, share) / segmentDurationMs)) * segmentDurationMs;
  const chunkMs = Math.max(usualMs, Math.ceil(leastMs(video) / segmentDurationMs) * segmentDurationMs);
  const groups = toGroups(video);
  const names = groups.map((group) => group.map(({ name }) => name)).filter((group) => group.length > 0);
  const cut = names.length > 0 ? cutTimeline(video, chunkMs) : { headEndMs, chunkMs, chunks: 0 };
  const spans = toSpans(cut);
  const chunks = names.flatMap((renditions, round) =>
    // The second group's first chunk follows the first group's last.
    spans.map((span) => chunkTask({ ...span, renditions }, round * durationMs)),
  );
  const audio: PlannedPart[] = video.audioTracks.length > 0 ? [audioTask(headEndMs, video.audioTracks)] : [];
  const plan: JobPlan = {
    ...cut,
    groups: names,
    speed,
    slots,
    reason: explain(video, { ...cut, rounds: names.length }),
  };
  // In the order of need; audio before video of the same time, since nothing plays without it.
  const tasks = [...audio, ...chunks].toSorted((a, b) => a.dueAfterMs - b.dueAfterMs);
  return { plan, tasks };
}

/** The variants of a chunk. A viewer needs it `delayMs` later than its position on the timeline. */
export const chunkTask = (part: Omit<TranscodeTaskParams, "version">, delayMs: number): PlannedPart => ({
  ...{ kind: "CHUNK", params: { version: 1, ...part }, dueAfterMs: part.startMs + delayMs },
});

/** The rest of all audio, in one pass over the source, which interleaves its streams. */
export const audioTask = (headEndMs: number, names: readonly string[]): PlannedPart => ({
  kind: "AUDIO",
  params: { version: 1, startMs: headEndMs, endMs: null, renditions: [...names] },
  dueAfterMs: headEndMs,
});

/**
 * A grid of chunks, with short ones at the end of each slot if they are less than half as long, since each
 * costs a start.
 */
function cutTimeline(video: SplitVideo, chunkMs: number): Grid {
  const { durationMs, headEndMs, segmentDurationMs, slots } = video;
  const chunks = Math.max(1, Math.round((durationMs - headEndMs) / chunkMs));
  const shortMs = Math.max(
    Math.max(1, Math.round(chunkMs / SHORT_PER_CHUNK / segmentDurationMs)) * segmentDurationMs,
    Math.ceil(leastMs(video) / segmentDurationMs) * segmentDurationMs,
  );
  const long = chunks - slots;
  if (slots < 2 || long < 1 || shortMs * 2 >= chunkMs) return { headEndMs, chunkMs, chunks };
  const tail = Math.max(1, Math.round((durationMs - headEndMs - long * chunkMs) / shortMs));
  return { headEndMs, chunkMs, chunks: long + tail, tail: { chunkMs: shortMs, chunks: tail } };
}

type Grid = Pick<JobPlan, "headEndMs" | "chunkMs" | "chunks" | "tail">;

/**
 * The chunks of a plan. A remainder of less than half a chunk joins the last one, which has no end: it
 * includes anything beyond the source's announced length.
 */
export function toSpans({ headEndMs, chunkMs, chunks, tail }: Grid) {
  const long = chunks - (tail?.chunks ?? 0);
  const startOf = (index: number) =>
    headEndMs + Math.min(index, long) * chunkMs + Math.max(0, index - long) * (tail?.chunkMs ?? 0);
  return Array.from({ length: chunks }, (_, index) => ({
    startMs: startOf(index),
    endMs: index === chunks - 1 ? null : startOf(index + 1),
  }));
}

/**
 * If key frames are far apart, each part starts decoding far before it: at most its own length, or all parts
 * together would decode the video many times.
 */
const leastMs = ({ leadInMs = 0 }: SplitVideo): number => (leadInMs > USUAL_LEAD_IN_MS ? leadInMs : 0);

const isAhead = ({ speed, slots, isCopied }: Pick<SplitVideo, "speed" | "slots" | "isCopied">): boolean =>
  speed === null || speed * Math.max(1, slots) >= (isCopied ? AHEAD_OF_VIEWERS_OF_COPY : AHEAD_OF_VIEWERS);

function toGroups(video: SplitVideo): (readonly { name: string }[])[] {
  const critical = video.variants.filter(({ tier }) => tier === "CRITICAL");
  const others = video.variants.filter(({ tier }) => tier !== "CRITICAL");
  return isAhead(video) ? [video.variants] : [critical, others];
}

function explain(video: SplitVideo, made: Grid & { rounds: number }): string {
  const seconds = (ms: number) => `${Math.round(ms / 1000)} s`;
  const { speed } = video;
  const far =
    leastMs(video) > 0
      ? ` Its key frames are up to ${seconds(leastMs(video))} apart, so that shorter chunks would decode more than they make.`
      : "";
  const short = made.tail ? `, the last ${made.tail.chunks} of ${seconds(made.tail.chunkMs)}` : "";
  const cut = `The head of ${seconds(video.headEndMs)} comes first; the rest of ${seconds(video.durationMs - video.headEndMs)} is in ${made.chunks} chunks of about ${seconds(made.chunkMs)}${short}.${far}`;
  if (speed === null) return cut;
  const pace = `One slot encodes ${speed.toFixed(2)} s of it per second`;
  return made.rounds > 1
    ? `${cut} ${pace}, all together too little to stay ahead of a viewer with every variant: the critical ones run ahead.`
    : `${cut} ${pace}.`;
}
