import { z } from "zod";
import type { PlannedTask } from "../../../jobs/create-rest-tasks.ts";

/** How the rest of a long video, after its head, was cut into tasks, and why: kept on the job for those who want to know. */
export const JobPlan = z.object({
  headEndMs: z.int32().positive(),
  /** Length of a chunk; the last may be half as long again. */
  chunkMs: z.int32().positive(),
  /** All of them. */
  chunks: z.int32().nonnegative(),
  /** So many of these, at the end of the timeline, are of another length; left out: none. */
  tail: z.object({ chunkMs: z.int32().positive(), chunks: z.int32().positive() }).optional(),
  /** Names of the variants that are made together, from one decode, in the order in which the groups go. */
  groups: z.array(z.array(z.string())),
  /** Seconds of video that the head's worker encoded per second, with the whole ladder; null when it could not tell. */
  speed: z.number().positive().nullable(),
  /** Slots of living workers when it was decided. */
  slots: z.int32().nonnegative(),
  /** What the head was made with, by the names of its variants; left out where its worker did not say. */
  encoders: z.record(z.string(), z.string()).optional(),
  /** In a sentence. */
  reason: z.string(),
});
export type JobPlan = z.infer<typeof JobPlan>;

export interface SplitVideo {
  durationMs: number;
  segmentDurationMs: number;
  headEndMs: number;
  /** To be made, smallest first. */
  variants: readonly { name: string; tier: string }[];
  /** Names of the sound renditions to be made. */
  sounds: readonly string[];
  speed: number | null;
  slots: number;
  /** The source itself is streamed, as it is: nobody waits for what is encoded of it. */
  isCopied: boolean;
  /** How long before a part decoding must begin, at the last key frame, as far as that is known. */
  leadInMs?: number | undefined;
}

/**
 * So many chunks per slot keep all slots busy to the end although chunks differ in what they cost. Fewer waste less on starts, more less on
 * waiting for the last: `tests/bench/fleet` says what each is worth.
 */
const chunksPerSlot = 4;
/** The last one of each slot is cut into so many: slots that are not equally fast, or did not begin together, end together nevertheless. */
const shortPerChunk = 3;
/** A lost worker costs one chunk, and that is a minute of video at most. */
const longestChunkMs = 60_000;
/** Key frames are seldom further apart than ten seconds; to decode so much besides costs little beside encoding. */
const usualLeadInMs = 12_000;
/** A viewer stalls when encoding is no faster than playing; a quarter is kept for what varies. */
const aheadOfViewers = 1.25;
/**
 * Where a copy of the source plays to its end, only those stall whose line is too slow for it: below this pace they would wait longer than they
 * watch, which is worth a second decode.
 */
const aheadOfViewersOfCopy = 0.5;

/**
 * Cuts what comes after the head into tasks: chunks of the timeline, each from one decode for all its variants, and the rest of the sound. When
 * all slots together do not encode the whole ladder faster than it plays, as the head's worker measured, the `CRITICAL` rungs are tasks of their own
 * and run ahead of the others, at the price of a second decode; where a copy of the source plays, only when they are slower by far. Pure.
 */
export function planTasks(video: SplitVideo): { plan: JobPlan; tasks: PlannedTask[] } {
  const { durationMs, headEndMs, segmentDurationMs, speed, slots } = video;
  const restMs = Math.max(1, durationMs - headEndMs);
  // Alone, a slot gains nothing by shorter ones.
  const share = slots > 1 ? restMs / (slots * chunksPerSlot) : restMs;
  const usualMs =
    Math.max(1, Math.round(Math.min(longestChunkMs, share) / segmentDurationMs)) * segmentDurationMs;
  const chunkMs = Math.max(usualMs, Math.ceil(leastMs(video) / segmentDurationMs) * segmentDurationMs);
  const groups = toGroups(video);
  const names = groups.map((group) => group.map(({ name }) => name)).filter((group) => group.length > 0);
  const cut = names.length > 0 ? cutTimeline(video, chunkMs) : { headEndMs, chunkMs, chunks: 0 };
  const spans = toSpans(cut);
  const chunks = names.flatMap((renditions, round) =>
    spans.map(({ startMs, endMs }): PlannedTask => {
      // The second group's first chunk comes after the first group's last.
      const dueAfterMs = startMs + round * durationMs;
      return { kind: "CHUNK", startMs, endMs, renditions, dueAfterMs };
    }),
  );
  const audio: PlannedTask[] = video.sounds.length > 0 ? [soundTask(headEndMs, video.sounds)] : [];
  const plan: JobPlan = {
    ...cut,
    groups: names,
    speed,
    slots,
    reason: explain(video, { ...cut, rounds: names.length }),
  };
  // First what is needed first; sound before pictures of the same time, since nothing plays without it.
  const tasks = [...audio, ...chunks].toSorted((a, b) => a.dueAfterMs - b.dueAfterMs);
  return { plan, tasks };
}

/** The rest of all sound, in one pass over the source: its streams lie side by side there. */
export const soundTask = (headEndMs: number, names: readonly string[]): PlannedTask => ({
  ...{ kind: "AUDIO", startMs: headEndMs, endMs: null, renditions: [...names], dueAfterMs: headEndMs },
});

/** A grid of chunks, the last of each slot in short ones where that makes them shorter by more than half: each costs a start. */
function cutTimeline(video: SplitVideo, chunkMs: number): Grid {
  const { durationMs, headEndMs, segmentDurationMs, slots } = video;
  const chunks = Math.max(1, Math.round((durationMs - headEndMs) / chunkMs));
  const shortMs = Math.max(
    Math.max(1, Math.round(chunkMs / shortPerChunk / segmentDurationMs)) * segmentDurationMs,
    Math.ceil(leastMs(video) / segmentDurationMs) * segmentDurationMs,
  );
  const long = chunks - slots;
  if (slots < 2 || long < 1 || shortMs * 2 >= chunkMs) return { headEndMs, chunkMs, chunks };
  const tail = Math.max(1, Math.round((durationMs - headEndMs - long * chunkMs) / shortMs));
  return { headEndMs, chunkMs, chunks: long + tail, tail: { chunkMs: shortMs, chunks: tail } };
}

type Grid = Pick<JobPlan, "headEndMs" | "chunkMs" | "chunks" | "tail">;

/**
 * The chunks of a plan. A rest of less than half a chunk is in the last one, which has no end: whatever the source holds beyond its announced
 * length is in it, too.
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

/** Where key frames are far apart, each part decodes from far before it: no more than its own length again, or all together would decode the video many times. */
const leastMs = ({ leadInMs = 0 }: SplitVideo): number => (leadInMs > usualLeadInMs ? leadInMs : 0);

const isAhead = ({ speed, slots, isCopied }: Pick<SplitVideo, "speed" | "slots" | "isCopied">): boolean =>
  speed === null || speed * Math.max(1, slots) >= (isCopied ? aheadOfViewersOfCopy : aheadOfViewers);

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
