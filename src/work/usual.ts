/** What work took where it was measured, until finished videos tell. */

/** `start` and `speech` once per video; then per unit of each feature. */
export interface Model {
  start: number;
  /** If anything is spoken. */
  speech: number;
  speechCharacter: number;
  encoded: number;
  detail: number;
  decoded: number;
  second: number;
}

export interface WorkModels {
  cpuSeconds: Model;
  wallSeconds: Model;
}

const scaled = (model: Model, by: number): Model => ({
  start: model.start * by,
  speech: model.speech * by,
  speechCharacter: model.speechCharacter * by,
  encoded: model.encoded * by,
  detail: model.detail * by,
  decoded: model.decoded * by,
  second: model.second * by,
});

/** Wall time per processor time of media files and scripts on two cores: assumed. */
const USUAL_WALL = 0.6;
/** Seconds in which a video waits for programs to start and for the store. */
const USUAL_WAIT = 0.8;
const withUsualWall = (cpuSeconds: Model): WorkModels => {
  const wallSeconds = scaled(cpuSeconds, USUAL_WALL);
  return { cpuSeconds, wallSeconds: { ...wallSeconds, start: wallSeconds.start + USUAL_WAIT } };
};
const silent = { speech: 0, speechCharacter: 0 };

/**
 * Measured on a server's core: 2.2 minutes per minute of 1080p30 at 8 Mb/s with seven rungs; clips of 3 to
 * 10 s and 240p to 720p, of four contents from 0.004 to 0.8 bits per pixel.
 */
export const usualOfMedia = withUsualWall({
  ...{ ...silent, start: 0.15, encoded: 0.004, detail: 0.026, decoded: 0.003, second: 0.01 },
});
/** Drawn by a script, about a third of that. */
export const usualOfScripts = withUsualWall({
  ...{ ...silent, start: 1.2, encoded: 0.004, detail: 0, decoded: 0.012, second: 0.05 },
});

/**
 * How much of a template's pictures moves, compared with quiz-classic: pictures that stand still are neither
 * drawn nor encoded again. Wall time has figures of its own, since slots also wait. Others are assumed to be
 * in the middle.
 */
const liveliness: Readonly<Record<string, { cpu: number; wall: number }>> = {
  "quiz-classic": { cpu: 1, wall: 0.77 },
  "quiz-shorts": { cpu: 1, wall: 0.77 },
  quote: { cpu: 0.6, wall: 1.25 },
  countdown: { cpu: 1.8, wall: 1.4 },
};
/** Each frame differs from the one before. */
const livelinessOverVideo = { cpu: 2.2, wall: 1.5 };
const livelinessOfOthers = { cpu: 0.8, wall: 1.1 };

/**
 * Measured on two of a server's cores with one slot and Flite, default profile: 43 videos of quiz-classic,
 * quiz-shorts and quote from 144p to 3414 lines, at 10 to 30 frames per second, 7 to 55 s, spoken and silent.
 */
export function usualOfTemplate(name: string, isOverVideo = false): WorkModels {
  const { cpu, wall } = (isOverVideo ? livelinessOverVideo : liveliness[name]) ?? livelinessOfOthers;
  const [encoded, decoded] = [0.003, 0.004];
  return {
    cpuSeconds: {
      ...{ start: 0.4, speech: 0.6, speechCharacter: 0.005, second: 0.04 },
      ...{ encoded: encoded * cpu, detail: 0, decoded: decoded * cpu },
    },
    wallSeconds: {
      ...{ start: 1, speech: 0.46, speechCharacter: 0.0027, second: 0.04 },
      ...{ encoded: encoded * wall, detail: 0, decoded: decoded * wall },
    },
  };
}

/**
 * Bytes per second of all renditions of quiz-classic with the default profile, by million pixels of a
 * picture, measured as above. The frame rate hardly matters.
 */
const bytesPerSecond = [
  { megapixels: 0.2304, bytes: 31_000 },
  { megapixels: 0.9216, bytes: 117_000 },
  { megapixels: 2.0736, bytes: 166_000 },
  { megapixels: 6.5549, bytes: 348_000 },
] as const;
/** Of other templates, compared with quizzes. */
const QUIETER = 0.8;
/** Over a clip, compared with quizzes without one. */
const BUSIER = 2.5;

/** Bytes of all renditions per second of a template's video. Pure. */
export function usualBytesPerSecond(
  template: string,
  { width, height }: { width: number; height: number },
  isOverVideo = false,
): number {
  const at = Math.log((width * height) / 1e6);
  const points = bytesPerSecond.map(({ megapixels, bytes }) => ({
    x: Math.log(megapixels),
    y: Math.log(bytes),
  }));
  const above = points.findIndex(({ x }, index) => index > 0 && x >= at);
  const right = above === -1 ? points.length - 1 : above;
  const [from, to] = [points[right - 1], points[right]];
  if (from === undefined || to === undefined) throw new Error("There are at least two points.");
  const bytes = Math.exp(from.y + ((to.y - from.y) * (at - from.x)) / (to.x - from.x));
  return bytes * (isOverVideo ? BUSIER : template.startsWith("quiz-") ? 1 : QUIETER);
}
