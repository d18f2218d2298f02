export const PLAYLIST_FILE = "index.m3u8";
export const INIT_FILE = "init.mp4";
export const POSTER_FILE = "poster.jpg";
export const STATISTICS_FILE = "vstats.log";

/** The input of a plan whose frames are drawn while they are encoded: ffmpeg's standard input. */
export const LIVE_INPUT = "pipe:0";

export interface PlannedOutput {
  /** Name of a variant, of audio (`audio`, `audio-2`, …), or `poster`. */
  name: string;
  options: string[];
  path: string;
}

/** The description of one ffmpeg process, as data. */
export interface RenderPlan {
  /** Options of the process and of its first input. */
  inputOptions: string[];
  input: string;
  /** A second input. Absent: none. */
  besides?: { input: string; options: string[] };
  /** Working directory; outputs are named relative to it. */
  directory: string;
  /** Null for audio only. */
  filterGraph: string | null;
  /** The part of the graph that concerns the poster, if the variants do not depend on it. */
  posterGraph?: string;
  /** In the order of ffmpeg's output numbers. */
  outputs: PlannedOutput[];
}

export const wholeGraph = ({ filterGraph, posterGraph }: RenderPlan): string =>
  [filterGraph, posterGraph].filter((graph) => graph != null).join(";");

/** The whole command line, in fluent-ffmpeg's order. */
export const toArguments = (plan: RenderPlan): string[] => [
  ...plan.inputOptions,
  "-i",
  plan.input,
  ...(plan.besides ? [...plan.besides.options, "-i", plan.besides.input] : []),
  "-y",
  ...(plan.filterGraph === null ? [] : ["-filter_complex", wholeGraph(plan)]),
  ...plan.outputs.flatMap((output) => [...output.options, output.path]),
];
