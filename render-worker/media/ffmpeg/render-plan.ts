export const playlistFile = "index.m3u8";
export const initFile = "init.mp4";
export const posterFile = "poster.jpg";
export const statisticsFile = "vstats.log";

export interface PlannedOutput {
  /** A variant's name, a sound's (`audio`, `audio-2`, …) or `poster`. */
  name: string;
  options: string[];
  path: string;
}

/** Everything that one ffmpeg process receives, as data. */
export interface RenderPlan {
  /** Of the process and of its one input. */
  inputOptions: string[];
  input: string;
  /** Where it runs: outputs are named relative to it. */
  directory: string;
  /** Null when only sound is made. */
  filterGraph: string | null;
  /** In the order of ffmpeg's output numbers. */
  outputs: PlannedOutput[];
}

/** The whole command line, in the order in which fluent-ffmpeg puts it together. */
export const toArguments = (plan: RenderPlan): string[] => [
  ...plan.inputOptions,
  "-i",
  plan.input,
  "-y",
  ...(plan.filterGraph === null ? [] : ["-filter_complex", plan.filterGraph]),
  ...plan.outputs.flatMap((output) => [...output.options, output.path]),
];
