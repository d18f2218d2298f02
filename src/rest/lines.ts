import type { DrawingStep } from "@reelay/contracts";

/** What a client sees of a video that is being drawn. */
export interface ShownState {
  step: DrawingStep | null;
  /** Null until it plays. */
  hlsUrl: string | null;
}

/** Turns a video's states into the lines of a stream, each with its line feed. No value decreases. */
export interface Lines {
  next(state: ShownState): string[];
  /** The reason why the video waits, if it is another than before. */
  waiting(reason: string | null): string[];
  ready(videoUrl: string): string[];
}

/**
 * The lines of the interface's origin have its spaces. Fields of ours have lines of their own, which its
 * clients skip.
 */
export function createLines(videoId: string): Lines {
  let index = -1;
  let percentage = 0;
  let isCounted = false;
  let isPlaying = false;
  let waitReason: string | null = null;

  const progress = (): string => lineOf({ animationIndex: index, percentage });

  /** The animation that was shown last is over. */
  function complete(): string[] {
    if (index === -1 || percentage === 100) return [];
    percentage = 100;
    return [progress()];
  }

  function begin(nextIndex: number): string[] {
    const before = complete();
    index = nextIndex;
    percentage = 0;
    return [...before, progress()];
  }

  function count(count: number | null): string[] {
    if (isCounted || count === null) return [];
    isCounted = true;
    return [lineOf({ animationCount: count })];
  }

  /** Another attempt draws the same animations again. */
  function advance({ index: at, fraction }: DrawingStep): string[] {
    if (at < index) return [];
    const begun = at > index ? begin(at) : [];
    const reached = Math.floor(fraction * 100);
    if (reached <= percentage) return begun;
    percentage = reached;
    return [...begun, progress()];
  }

  function play(hlsUrl: string | null): string[] {
    if (isPlaying || hlsUrl === null) return [];
    isPlaying = true;
    return [lineOf({ videoId, hlsUrl })];
  }

  return {
    next: ({ step, hlsUrl }) => [
      ...(step === null ? [] : [...count(step.count), ...advance(step)]),
      ...play(hlsUrl),
    ],
    waiting(reason) {
      if (reason === waitReason) return [];
      waitReason = reason;
      return reason === null ? [] : [lineOf({ videoId, waitReason })];
    },
    ready: (videoUrl) => [...complete(), `{ "video_url": ${JSON.stringify(videoUrl)} }\n`],
  };
}

const lineOf = (fields: Readonly<Record<string, unknown>>): string => {
  const pairs = Object.entries(fields).map(
    ([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`,
  );
  return `{${pairs.join(", ")}}\n`;
};

export const errorLine = (error: string): string => lineOf({ error });
