import { defaultMaxFrameRate, type Profile, type Rung, rungName, type VideoCodec } from "@reelay/contracts";

/** What is wrong with one part of a profile. */
export interface ProfileIssue {
  /** Where, dotted from the input: `rungs.2.height`. */
  path: string;
  /** A sentence: which thing, what was expected, what came, what to do. */
  message: string;
}

export const codecLabels: Record<VideoCodec, string> = { H264: "H.264", HEVC: "HEVC", AV1: "AV1" };

const maxRungs = 20;
const heights = { min: 64, max: 4320 };
const maxFrameRate = 60;

/** Bits per pixel and frame between which a picture of each codec is neither mush nor waste. */
const bitsPerPixel: Record<VideoCodec, { min: number; max: number }> = {
  H264: { min: 0.01, max: 1 },
  HEVC: { min: 0.006, max: 1 },
  AV1: { min: 0.005, max: 1 },
};

/** Folders and files beside the variants' in an attempt's output, and variants that no rung makes. */
const takenNames = /^(audio(-\d+)?|source|poster|manifest|storyboard|download)$/;

/** Everything that is wrong with a ladder, rung by rung and as a whole. Empty for none. Pure. */
export function checkRungs(rungs: Profile["rungs"]): ProfileIssue[] {
  if (rungs.length > maxRungs) {
    const message = `${rungs.length} rungs are given; at most ${maxRungs} are made of one video. Leave out those that are close to others.`;
    return [{ path: "rungs", message }];
  }
  return [...rungs.flatMap(checkRung), ...checkNames(rungs), ...checkLadders(rungs)];
}

function checkRung(rung: Rung, index: number): ProfileIssue[] {
  const { name, height, codec, bitrateBps } = rung;
  const issues: ProfileIssue[] = [];
  const add = (field: keyof Rung, message: string) =>
    issues.push({ path: `rungs.${index}.${field}`, message: `rung ${index + 1} ${message}` });
  if (!rungName.test(name)) {
    add(
      "name",
      `has the name ${quoted(name)}; use 1 to 32 lower-case letters, digits and hyphens, such as "720p".`,
    );
  } else if (takenNames.test(name)) {
    add("name", `has the name ${quoted(name)}, which is not a rung's to take; use another one.`);
  }
  const stated = Number(/^(\d+)p/.exec(name)?.[1] ?? height);
  const isHeight = Number.isInteger(height) && height >= heights.min && height <= heights.max;
  if (!isHeight) {
    add("height", `has height ${height}; give ${heights.min} to ${heights.max}.`);
  } else if (height % 2 !== 0) {
    add(
      "height",
      `has height ${height}; ${codecLabels[codec]} needs an even height, use ${height - 1} or ${height + 1}.`,
    );
  } else if (stated !== height) {
    add(
      "name",
      `has the name ${quoted(name)} and height ${height}; a name that begins so tells the height, use "${height}p" or a word.`,
    );
  }
  if (rung.minVmaf !== undefined && !(rung.minVmaf >= 1 && rung.minVmaf <= 99)) {
    add(
      "minVmaf",
      `has minVmaf ${rung.minVmaf}; give 1 to 99: 80 is fair, above 95 nobody sees a difference.`,
    );
  }
  const fps = rung.maxFrameRate ?? defaultMaxFrameRate;
  if (!Number.isInteger(fps) || fps < 1 || fps > maxFrameRate) {
    add("maxFrameRate", `has maxFrameRate ${fps}; give 1 to ${maxFrameRate} frames per second.`);
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
    const message = `rung ${index + 1} has the name ${quoted(name)}, as rung ${first + 1} has; every rung needs a name of its own.`;
    return [{ path: `rungs.${index}.name`, message }];
  });
}

/** Each codec's rungs are a ladder of its own, which must be whole: a player stays with the codec that it chose. */
function checkLadders(rungs: readonly Rung[]): ProfileIssue[] {
  const codecs = [...new Set(rungs.map(({ codec }) => codec))];
  return codecs.flatMap((codec) => {
    const ladder = [...rungs.entries()].filter(([, rung]) => rung.codec === codec);
    const issues = ladder.slice(1).flatMap(([index, rung], place): ProfileIssue[] => {
      const [belowIndex, below] = ladder[place] ?? [index, rung];
      const of = `rung ${index + 1} (${rung.name})`;
      if (rung.height < below.height) {
        const message = `${of} has height ${rung.height} and comes after rung ${belowIndex + 1} with ${below.height}; give the ${codecLabels[codec]} rungs smallest first.`;
        return [{ path: `rungs.${index}.height`, message }];
      }
      if (rung.bitrateBps > below.bitrateBps) return [];
      const message = `${of} has ${rung.bitrateBps} b/s, no more than rung ${belowIndex + 1} (${below.name}) with ${below.bitrateBps}; a step up needs a higher bitrate, or is none: leave one of them out.`;
      return [{ path: `rungs.${index}.bitrateBps`, message }];
    });
    if (ladder.some(([, { tier }]) => tier === "CRITICAL")) return issues;
    const [index, smallest] = ladder[0] ?? [0, undefined];
    const message = `no ${codecLabels[codec]} rung is CRITICAL; a player that takes this codec could not begin early. Make ${smallest ? `rung ${index + 1} (${smallest.name})` : "one"} CRITICAL.`;
    return issues.concat({ path: `rungs.${index}.tier`, message });
  });
}

export const quoted = (text: string): string => JSON.stringify(text.slice(0, 100).toWellFormed());
