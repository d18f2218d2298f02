import TinyQueue from "tinyqueue";
import { type PlannedPart, planTasks } from "../../../src/kinds/render/parts/plan-tasks.ts";

/** What a task costs on one worker, as measured: a start, and so much per second of video. */
export interface TaskTimes {
  /**
   * Seconds from a task's message to the first encoded picture, and from its last to the next task's message.
   */
  startSeconds: number;
  /** Seconds of work per second of video, the whole ladder. */
  perSecond: number;
  /** The same of the audio. */
  audioPerSecond: number;
  /** Of a head, from its message to its end. */
  headSeconds: number;
  /** From a head's message to its `split`. */
  splitSeconds: number;
  /** From a head's message to its first stored segment. */
  firstSegmentSeconds: number;
}

export const headMs = 8_000;
const segmentDurationMs = 4_000;

/**
 * Makes one video with `workers` idle workers of one slot each, by the real planner. Seconds from its
 * queueing to its end.
 */
export function simulateVideo(durationMs: number, workers: number, times: TaskTimes): number {
  const { tasks } = planTasks({
    ...{
      durationMs,
      segmentDurationMs,
      headEndMs: headMs,
      slots: workers,
      audioTracks: ["audio"],
      isCopied: false,
    },
    variants: [{ name: "all", tier: "CRITICAL" }],
    speed: 1 / times.perSecond,
  });
  // When each worker is free; the first has the head.
  const free = [times.headSeconds, ...Array.from({ length: workers - 1 }, () => times.splitSeconds)];
  let end = times.headSeconds;
  for (const task of tasks) {
    const next = free.indexOf(Math.min(...free));
    const done = (free[next] ?? 0) + taskSeconds(task, durationMs, times);
    free[next] = done;
    end = Math.max(end, done);
  }
  return end;
}

function taskSeconds({ kind, params }: PlannedPart, durationMs: number, times: TaskTimes): number {
  const { startMs, endMs } = params;
  const seconds = ((endMs ?? durationMs) - startMs) / 1000;
  return times.startSeconds + seconds * (kind === "AUDIO" ? times.audioPerSecond : times.perSecond);
}

/** How much of `workers` times one worker's pace they reach together. */
export const efficiency = (durationMs: number, workers: number, times: TaskTimes): number =>
  simulateVideo(durationMs, 1, times) / (workers * simulateVideo(durationMs, workers, times));

export interface Day {
  videosPerDay: number;
  /** Come all at once, in the middle. */
  burst: number;
  hours: number;
  /** Share of the fleet's time that the even flow takes. */
  load: number;
}

interface Waiting {
  at: number;
  dueAt: number;
  isFirst: boolean;
  seconds: number;
  /** Of a first task: what comes after it. */
  rest: number;
  /** From its start to when its video plays. */
  playsAfter: number;
}

/**
 * A day's flow of videos with a burst in it, on a fleet that is so large that the even flow keeps it busy for
 * `load` of its time: seconds from a video's coming to its first picture, sorted. `HEADS`: its head is a task
 * of its own, ahead of everything, the rest in order of what is due. `WHOLE`: whole videos, first come first
 * served.
 */
export function simulateDay(day: Day, order: "HEADS" | "WHOLE", times: TaskTimes, random: () => number) {
  // Half of the videos are short, some are very long: a log-normal with a median of a minute.
  const lengths = () => Math.min(5_400, Math.exp(Math.log(60) + gauss(random)));
  const count = Math.round((day.videosPerDay * day.hours) / 24);
  const horizon = day.hours * 3_600;
  const videos = [
    ...Array.from({ length: count }, () => ({ at: random() * horizon, seconds: lengths() })),
    ...Array.from({ length: day.burst }, () => ({ at: horizon / 2, seconds: lengths() })),
  ].toSorted((a, b) => a.at - b.at);
  const workOf = (seconds: number) => times.startSeconds + seconds * times.perSecond;
  const flow = videos.reduce((sum, { seconds }) => sum + workOf(seconds), 0) * (count / videos.length);
  const workers = Math.ceil(flow / horizon / day.load);
  const coming: Waiting[] = videos.map(({ at, seconds }) => {
    const isWhole = order === "WHOLE" || seconds <= 30;
    const head = Math.min(seconds, isWhole ? seconds : headMs / 1000);
    const rest = isWhole ? 0 : seconds - head;
    const playsAfter = times.firstSegmentSeconds;
    const work = isWhole ? workOf(head) : times.headSeconds;
    return { at, dueAt: at, isFirst: true, seconds: work, rest, playsAfter };
  });
  return { workers, waits: runFleet(coming, workers, times) };
}

/** Event by event: a free worker takes the first task in order. */
function runFleet(coming: readonly Waiting[], workers: number, times: TaskTimes): number[] {
  const waits: number[] = [];
  const firsts: Waiting[] = [];
  const rests = new TinyQueue<Waiting>([], (a, b) => a.dueAt - b.dueAt);
  const free = new TinyQueue<number>([], (a, b) => a - b);
  for (let index = 0; index < workers; index += 1) free.push(0);
  let next = 0;
  let taken = 0;
  while (next < coming.length || taken < firsts.length || rests.length > 0) {
    let now = free.pop() ?? 0;
    const nothingWaits = taken === firsts.length && rests.length === 0;
    if (nothingWaits) now = Math.max(now, coming[next]?.at ?? now);
    for (let one = coming[next]; one !== undefined && one.at <= now; one = coming[next]) {
      firsts.push(one);
      next += 1;
    }
    const task = taken < firsts.length ? firsts[taken++] : rests.pop();
    if (task === undefined) {
      free.push(coming[next]?.at ?? now);
      continue;
    }
    if (task.isFirst) waits.push(now + task.playsAfter - task.at);
    free.push(now + task.seconds);
    // The rest is cut into minutes at most, as a busy fleet's planner does.
    for (let from = 0; from < task.rest; from += 60) {
      const length = Math.min(60, task.rest - from);
      const seconds = times.startSeconds + length * times.perSecond;
      rests.push({ ...task, isFirst: false, rest: 0, seconds, dueAt: task.at + headMs / 1000 + from });
    }
  }
  return waits.toSorted((a, b) => a - b);
}

function gauss(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
