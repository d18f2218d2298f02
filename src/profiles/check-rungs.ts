import {
  DEFAULT_MAX_FRAME_RATE,
  type Profile,
  RUNG_NAME,
  type Rung,
  type VideoCodec,
} from "@reelay/contracts";

/** One problem of a profile. */
export interface ProfileIssue {
  /** Path from the input: `rungs.2.height`. */
  path: string;
  /** Explains what was expected, what was given and what to do. */
  message: string;
}

export const codecLabels: Record<VideoCodec, string> = { H264: "H.264", HEVC: "HEVC", AV1: "AV1" };

const MAX_RUNGS = 20;
const heights = { min: 64, max: 4320 };
const MAX_FRAME_RATE = 60;

/** Sensible range of bits per pixel and frame, by codec. */
const bitsPerPixel: Record<VideoCodec, { min: number; max: number }> = {
  H264: { min: 0.01, max: 1 },
  HEVC: { min: 0.006, max: 1 },
  AV1: { min: 0.005, max: 1 },
};

/** Names of other folders and files in an attempt's output, and of variants without a rung. */
const TAKEN_NAMES = /^(audio(-\d+)?|source|poster|manifest|storyboard|download)$/;

/** All problems of a ladder, rung by rung and as a whole. Empty if there are none. Pure. */
export function checkRungs(rungs: Profile["rungs"]): ProfileIssue[] {
  if (rungs.length > MAX_RUNGS) {
    const message = `${rungs.length} rungs were given; the limit is ${MAX_RUNGS}. Omit those that are close to others.`;
    return [{ path: "rungs", message }];
  }
  return [...rungs.flatMap(checkRung), ...checkNames(rungs), ...checkLadders(rungs)];
}

function checkRung(rung: Rung, index: number): ProfileIssue[] {
  const { name, height, codec, bitrateBps } = rung;
  const issues: ProfileIssue[] = [];
  const add = (field: keyof Rung, message: string) =>
    issues.push({ path: `rungs.${index}.${field}`, message: `rung ${index + 1} ${message}` });
  if (!RUNG_NAME.test(name)) {
    add(
      "name",
      `has the name ${quoted(name)}; use 1 to 32 lower-case letters, digits and hyphens, such as "720p".`,
    );
  } else if (TAKEN_NAMES.test(name)) {
    add("name", `has the name ${quoted(name)}, which is reserved; use another one.`);
  }
  const stated = Number(/^(\d+)p/.exec(name)?.[1] ?? height);
  const isHeight = Number.isInteger(height) && height >= heights.min && height <= heights.max;
  if (!isHeight) {
    add("height", `has height ${height}. Use ${heights.min} to ${heights.max}.`);
  } else if (height % 2 !== 0) {
    add(
      "height",
      `has height ${height}; ${codecLabels[codec]} needs an even height, use ${height - 1} or ${height + 1}.`,
    );
  } else if (stated !== height) {
    add(
      "name",
      `has the name ${quoted(name)} and height ${height}; such a name must match the height: use "${height}p" or a word.`,
    );
  }
  if (rung.minVmaf !== undefined && !(rung.minVmaf >= 1 && rung.minVmaf <= 99)) {
    add(
      "minVmaf",
      `has minVmaf ${rung.minVmaf}; use 1 to 99: 80 is fair, above 95 there is no visible difference.`,
    );
  }
  const fps = rung.maxFrameRate ?? DEFAULT_MAX_FRAME_RATE;
  if (!Number.isInteger(fps) || fps < 1 || fps > MAX_FRAME_RATE) {
    add("maxFrameRate", `has maxFrameRate ${fps}; use 1 to ${MAX_FRAME_RATE} frames per second.`);
  } else if (isHeight) {
    const { min, max } = bitrateRange(height, codec);
    if (!(bitrateBps >= min && bitrateBps <= max)) {
      const size = `${Math.round((height * 16) / 9)}x${height}`;
      add(
        "bitrateBps",
        `has ${bitrateBps} b/s; ${codecLabels[codec]} at ${size} is worth ${min} to ${max} b/s.`,
      );
    }
  }
  return issues;
}

function bitrateRange(height: number, codec: VideoCodec) {
  const pixelsPerSecond = ((height * height * 16) / 9) * 30;
  const { min, max } = bitsPerPixel[codec];
  return {
    min: Math.max(10_000, Math.round(pixelsPerSecond * min)),
    max: Math.min(200_000_000, Math.round(pixelsPerSecond * max)),
  };
}

function checkNames(rungs: readonly Rung[]): ProfileIssue[] {
  return rungs.flatMap(({ name }, index) => {
    const first = rungs.findIndex((other) => other.name === name);
    if (first === index) return [];
    const message = `rung ${index + 1} has the name ${quoted(name)}, like rung ${first + 1}; every rung needs a name of its own.`;
    return [{ path: `rungs.${index}.name`, message }];
  });
}

/** Each codec's rungs form a separate ladder that must be complete, since players stay with one codec. */
function checkLadders(rungs: readonly Rung[]): ProfileIssue[] {
  const codecs = [...new Set(rungs.map(({ codec }) => codec))];
  return codecs.flatMap((codec) => {
    const ladder = [...rungs.entries()].filter(([, rung]) => rung.codec === codec);
    const issues = ladder.slice(1).flatMap(([index, rung], place): ProfileIssue[] => {
      const [belowIndex, below] = ladder[place] ?? [index, rung];
      const of = `rung ${index + 1} (${rung.name})`;
      if (rung.height < below.height) {
        const message = `${of} has height ${rung.height} and comes after rung ${belowIndex + 1} with ${below.height}. List the ${codecLabels[codec]} rungs smallest first.`;
        return [{ path: `rungs.${index}.height`, message }];
      }
      if (rung.bitrateBps > below.bitrateBps) return [];
      const message = `${of} has ${rung.bitrateBps} b/s, no more than rung ${belowIndex + 1} (${below.name}) with ${below.bitrateBps}; a higher rung needs a higher bitrate. Raise it, or omit one of them.`;
      return [{ path: `rungs.${index}.bitrateBps`, message }];
    });
    if (ladder.some(([, { tier }]) => tier === "CRITICAL")) return issues;
    const [index, smallest] = ladder[0] ?? [0, undefined];
    const message = `no ${codecLabels[codec]} rung is CRITICAL, so a player with this codec could not start early. Make ${smallest ? `rung ${index + 1} (${smallest.name})` : "one"} CRITICAL.`;
    return issues.concat({ path: `rungs.${index}.tier`, message });
  });
}

export const quoted = (text: string): string => JSON.stringify(text.slice(0, 100).toWellFormed());
