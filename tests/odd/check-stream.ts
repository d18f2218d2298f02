import { readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isAudio } from "@reelay/contracts";
import HLS from "hls-parser";
import type { FfmpegTools } from "../../render-worker/media/ffmpeg/tools.ts";
import { firstPictures } from "../../render-worker/testing/inspect.ts";
import { holes } from "../../render-worker/testing/join-parts.ts";
import {
  brightestCorner,
  type Pictures,
  readBeeps,
  readPictures,
  readStreams,
  type Streams,
} from "./examine.ts";
import type { OddCase } from "./odd-case.ts";
import type { MadeStream } from "./render-case.ts";

export const requirements = [
  "made",
  "frames",
  "times",
  "duration",
  "rotation",
  "sync",
  "hls-parser",
  "ffmpeg",
  "IDR",
  "BANDWIDTH",
  "split",
] as const;
export type Requirement = (typeof requirements)[number];
export interface Fault {
  requirement: Requirement;
  what: string;
}

/** What ffmpeg itself finds in the source. */
export interface SourceAccount extends Streams {
  pictures: Pictures;
  beeps: number[];
  corner: number | null;
}

export async function readSource(
  { ffmpeg, ffprobe }: FfmpegTools,
  odd: OddCase,
  path: string,
): Promise<SourceAccount> {
  const streams = await readStreams(ffprobe.path, path);
  return {
    ...streams,
    pictures: await readPictures(ffmpeg.path, path),
    beeps: streams.hasAudio ? (await readBeeps(ffmpeg.path, path)).beeps : [],
    corner: odd.hasCorner ? await brightestCorner(ffmpeg.path, path) : null,
  };
}

/** What of a stream a later one is compared with. */
export interface StreamAccount {
  faults: Fault[];
  /** By variant. */
  times: Map<string, number[]>;
  durationsMs: Map<string, number>;
  beeps: number[];
}

/** Where variants may be thinned out, seconds between pictures are at least these. */
const fast = 60.5;
const tolerance = 0.0015;
const syncSeconds = 0.02;

/** Everything that is promised of a stream, whatever its source. */
export async function checkStream(
  tools: FfmpegTools,
  odd: OddCase,
  source: SourceAccount,
  stream: MadeStream,
): Promise<StreamAccount> {
  const faults: Fault[] = [];
  const say = (requirement: Requirement, what: string) => void faults.push({ requirement, what });
  const { path: ffmpeg } = tools.ffmpeg;
  checkMaster(stream, say);
  const top = stream.variants.findLast(({ name }) => name !== "source");
  if (!top) {
    say("made", "there is no variant");
    return { faults, times: new Map(), durationsMs: new Map(), beeps: [] };
  }
  checkShape(odd, source.pixelAspect, top, say);
  if (source.pixelAspect !== 1) {
    const { pixelAspect } = await readStreams(tools.ffprobe.path, stream.path(top.playlist.key));
    if (pixelAspect !== 1) say("rotation", `pixels of ${pixelAspect}`);
  }
  checkExpected(odd, source, top.playlist.durationMs, say);
  const times = new Map<string, number[]>();
  // At a variable rate, and where pictures stand for long, the one that stands at a border is there once
  // more.
  const isSteady = !hasJump(odd) && isConstant(source.pictures.times) && odd.rate >= 5;
  const slack = isSteady ? 0.003 : repeatSeconds;
  const peaks = new Map<string, number>();
  let flashes: number[] = [];
  for (const { name, playlist } of stream.variants) {
    const path = stream.path(playlist.key);
    const made = await readPictures(ffmpeg, path);
    // Of a copied source of full range, by the scaler of these very checks.
    const complaints = made.complaints
      .replaceAll(/^\[swscaler.*deprecated pixel format.*$|Last message repeated.*/gm, "")
      .trim();
    if (complaints !== "") say("ffmpeg", `${name}: ${complaints.slice(0, 400)}`);
    times.set(name, made.times);
    const types = await firstPictures(path);
    if (types.some((type) => type !== 5)) say("IDR", `${name}: segments begin with ${types.join()}`);
    peaks.set(
      name,
      await checkPlaylist(path, name, { times: made.times, durationMs: playlist.durationMs, slack }, say),
    );
    for (const at of await holes(path, slack))
      say("duration", `${name}: no picture from ${at.toFixed(3)} on`);
    if (name === top.name) flashes = made.flashes;
    // The smallest rung has at most 30 pictures a second, and so has what is smaller.
    const isThinned =
      name !== "source" && (name !== top.name || (Math.min(top.width, top.height) <= 72 && odd.rate > 33));
    // Theora's encoder leaves out pictures at a rate that is said to be constant.
    const isPlain =
      !hasJump(odd) &&
      typeof odd.cutAt !== "number" &&
      !odd.args.some((arg) => arg === "-itsoffset" || arg === "libtheora");
    const isPlanned = name !== "source" || odd.expected?.standsToMs !== undefined;
    const length = isPlain && isPlanned ? source.lengthSeconds : null;
    checkDuration(isSteady, name, { durationMs: playlist.durationMs, length, times: made.times }, say);
    if (isThinned) checkBeginning(name, made.times, say);
    else
      checkTimes(
        odd,
        name,
        source.pictures.times,
        name === "source" || isSteady ? made.times : withoutRepeats(made.times, source.pictures.times),
        say,
      );
  }
  for (const { name } of stream.variants) {
    const own = times.get(name) ?? [];
    const all = times.get(top.name) ?? [];
    if (name !== "source" && name !== top.name) checkSubset(isSteady, name, own, all, say);
  }
  if (odd.hasCorner && (await brightestCorner(ffmpeg, stream.path(top.playlist.key))) !== source.corner)
    say("rotation", "another corner is bright");
  const beeps = await checkAudio({ ffmpeg, odd, source, stream, flashes, peaks }, say);
  checkBandwidths(stream, peaks, say);
  if (stream.posterKey === null) say("made", "there is no poster");
  const durationsMs = new Map(stream.variants.map(({ name, playlist }) => [name, playlist.durationMs]));
  return { faults, times, durationsMs, beeps };
}

const hasJump = ({ jump }: OddCase): boolean => typeof jump === "number";

function isConstant(times: readonly number[]): boolean {
  const steps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  return Math.max(...steps) - Math.min(...steps) < 0.0025;
}

type Say = (requirement: Requirement, what: string) => void;

function checkMaster({ master }: MadeStream, say: Say): void {
  try {
    HLS.setOptions({ strictMode: true });
    HLS.parse(master);
  } catch (error) {
    say("hls-parser", `master: ${String(error)}`);
  }
}

function checkShape(
  { size, turn, expected }: OddCase,
  pixelAspect: number,
  top: { width: number; height: number },
  say: Say,
): void {
  const exact = expected?.size;
  if (exact) {
    if (top.width !== exact.width || top.height !== exact.height)
      say("rotation", `${top.width}x${top.height}, expected ${exact.width}x${exact.height}`);
    return;
  }
  const wide = size.width * pixelAspect;
  const isAside = turn === "right" || turn === "left";
  const aspect = isAside ? size.height / wide : wide / size.height;
  const shorter = Math.min(top.width, top.height);
  const isShaped = Math.abs(top.width / top.height / aspect - 1) <= 2.1 / shorter;
  if (!isShaped || top.width % 2 || top.height % 2)
    say("rotation", `${top.width}x${top.height} of ${size.width}x${size.height}`);
}

/** The case is what it was made to be, and so is its stream. */
function checkExpected(
  { expected, rate }: OddCase,
  source: SourceAccount,
  durationMs: number,
  say: Say,
): void {
  if (!expected) return;
  if (Math.abs(durationMs - expected.durationMs) > 50)
    say("duration", `${durationMs} ms, expected ${expected.durationMs}`);
  if (expected.standsToMs !== undefined && Math.abs(durationMs - expected.standsToMs) > 5)
    say("duration", `${durationMs} ms, its last picture stands to ${expected.standsToMs}`);
  if (expected.hasAudio !== source.hasAudio) say("sync", "audio was lost while the case was made");
  if (!expected.hasAudio) return;
  // Where pictures are rare none is white.
  if (source.beeps.length === 0 || (rate >= 5 && source.pictures.flashes.length === 0))
    say("sync", "the case has no flash or no beep");
}

/** Each picture of the source once, at its time; the first stands from the beginning. */
function checkTimes(
  odd: OddCase,
  name: string,
  expected: readonly number[],
  made: readonly number[],
  say: Say,
): void {
  if (odd.rate > fast) {
    const count = Math.round(((odd.frames ?? expected.length) / odd.rate) * 60);
    if (name !== "source" && Math.abs(made.length - count) > 1)
      say("frames", `${name}: ${made.length}, expected ${count}`);
    return;
  }
  const count = odd.frames ?? expected.length;
  if (made.length !== count) {
    say("frames", `${name}: ${made.length}, expected ${count} (the source decodes to ${expected.length})`);
    return;
  }
  if (made[0] !== 0) say("times", `${name}: begins at ${made[0]}`);
  if (hasJump(odd) || expected.length !== count) return;
  const shift = (made.at(-1) ?? 0) - (expected.at(-1) ?? 0);
  const wrong = made.findIndex(
    (time, index) => index > 0 && Math.abs(time - (expected[index] ?? 0) - shift) > tolerance,
  );
  if (wrong > 0)
    say(
      "times",
      `${name}: picture ${wrong} at ${made[wrong]}, expected ${((expected[wrong] ?? 0) + shift).toFixed(4)}`,
    );
}

/** A variant of fewer pictures per second has every n-th of the largest. */
function checkSubset(
  isConstant: boolean,
  name: string,
  own: readonly number[],
  all: readonly number[],
  say: Say,
): void {
  const stride = all.length === 0 || own.length === 0 ? 1 : Math.round(all.length / own.length);
  const missing = own.filter((time) => !all.some((other) => Math.abs(other - time) <= tolerance));
  if (missing.length > 0)
    say("times", `${name}: ${missing.length} pictures that the largest has not, such as ${missing[0]}`);
  if (!isConstant) return;
  const count = Math.ceil(all.length / stride);
  if (own.length !== count) say("frames", `${name}: ${own.length}, expected ${count} of ${all.length}`);
  const wrong = own.findIndex((time, index) => Math.abs(time - (all[index * stride] ?? 0)) > tolerance);
  if (wrong !== -1)
    say("times", `${name}: picture ${wrong} at ${own[wrong]}, expected ${all[wrong * stride]}`);
}

/**
 * At a border where a picture stands it may be shown once more; so much later if the rate is said to be
 * constant.
 */
const repeatSeconds = 0.1;

function isRepeat(time: number): boolean {
  const border = time < 1.5 ? 1 : 2 * Math.floor((time + 0.0001) / 2);
  return time > 0.5 && time - border > -0.0001 && time - border < repeatSeconds;
}

/** The pictures of a stream that are its source's own. */
function withoutRepeats(made: readonly number[], expected: readonly number[]): readonly number[] {
  // The last may be one, too.
  for (const [index, last] of [...made.entries()].toReversed()) {
    const shift = last - (expected.at(-1) ?? 0);
    const own = made
      .slice(0, index + 1)
      .filter(
        (time) =>
          time === 0 ||
          !isRepeat(time) ||
          expected.some((other) => Math.abs(time - other - shift) <= tolerance),
      );
    if (own.length === expected.length) return own;
    if (!isRepeat(last)) break;
  }
  return made;
}

function checkBeginning(name: string, times: readonly number[], say: Say): void {
  if (times[0] !== 0) say("times", `${name}: begins at ${times[0]}`);
}

function checkDuration(
  isConstant: boolean,
  name: string,
  { durationMs, length, times }: { durationMs: number; length: number | null; times: readonly number[] },
  say: Say,
): void {
  if (!isConstant && length !== null && Math.abs(durationMs / 1000 - length) > 0.1)
    say("duration", `${name}: ${durationMs} ms, its source's pictures last ${length} s`);
  const last = times.at(-1) ?? 0;
  const rest = durationMs / 1000 - last;
  const step = isConstant && times.length > 2 ? last - (times.at(-2) ?? 0) : null;
  const isRight =
    step === null ? rest > 0 && (rest <= 2.1 || length !== null) : Math.abs(rest - step) <= 0.01;
  if (!isRight)
    say(
      "duration",
      `${name}: ${durationMs} ms, the last picture is at ${last}${step === null ? "" : ` and stands for ${step.toFixed(4)}`}`,
    );
}

/** The playlist by itself, and against what it names. Returns its measured peak. */
async function checkPlaylist(
  path: string,
  name: string,
  { times, durationMs, slack }: { times: readonly number[]; durationMs: number; slack: number },
  say: Say,
): Promise<number> {
  const parsed = await parse(path, name, say);
  if (parsed === null) return 0;
  const segments = await Promise.all(
    parsed.segments.map(async ({ uri, duration }) => ({
      duration,
      bits: (await stat(join(dirname(path), uri))).size * 8,
    })),
  );
  let at = 0;
  for (const { duration } of segments) {
    const begin = at;
    if (times.length > 0 && !times.some((time) => time - begin > -0.003 && time - begin < slack))
      say("duration", `${name}: no picture at ${begin.toFixed(3)}, where a segment begins`);
    at += duration;
  }
  if (Math.abs(at * 1000 - durationMs) > 1)
    say("duration", `${name}: ${durationMs} ms, its segments ${(at * 1000).toFixed(3)} ms`);
  const target = parsed.targetDuration ?? 0;
  if (segments.some(({ duration }) => Math.round(duration) > target))
    say("hls-parser", `${name}: a segment is longer than the target duration`);
  return peakBps(segments, target);
}

async function parse(path: string, name: string, say: Say) {
  try {
    const parsed = HLS.parse(await readFile(path, "utf8"));
    if ("segments" in parsed) return parsed;
    say("hls-parser", `${name}: no media playlist`);
  } catch (error) {
    say("hls-parser", `${name}: ${String(error)}`);
  }
  return null;
}

/**
 * The highest rate of any run of segments that lasts from a half to one and a half target durations (RFC
 * 8216, 4.1); of all where none does.
 */
function peakBps(segments: readonly { duration: number; bits: number }[], target: number): number {
  let peak = 0;
  for (const start of segments.keys()) {
    const run = { duration: 0, bits: 0 };
    for (const { duration, bits } of segments.slice(start)) {
      run.duration += duration;
      run.bits += bits;
      if (run.duration >= target / 2 && run.duration <= target * 1.5)
        peak = Math.max(peak, run.bits / run.duration);
    }
  }
  const sum = (key: "bits" | "duration") => segments.reduce((total, segment) => total + segment[key], 0);
  return peak > 0 ? peak : sum("bits") / Math.max(0.001, sum("duration"));
}

interface AudioCheck {
  ffmpeg: string;
  odd: OddCase;
  source: SourceAccount;
  stream: MadeStream;
  flashes: readonly number[];
  peaks: Map<string, number>;
}

async function checkAudio(
  { ffmpeg, odd, source, stream, flashes, peaks }: AudioCheck,
  say: Say,
): Promise<number[]> {
  if ((stream.audio !== null) !== source.hasAudio)
    say("made", source.hasAudio ? "there is no audio" : "there is audio");
  if (stream.audio === null) return [];
  const path = stream.path(stream.audio.playlist.key);
  const { complaints, beeps } = await readBeeps(ffmpeg, path);
  if (complaints !== "") say("ffmpeg", `audio: ${complaints.slice(0, 400)}`);
  const audioTracks = [stream.audio.playlist, ...stream.otherAudioTracks];
  const measured = [];
  for (const { key, durationMs } of audioTracks)
    measured.push(await checkPlaylist(stream.path(key), "audio", { times: [], durationMs, slack: 0 }, say));
  // Whichever of them is heard.
  peaks.set("audio", Math.max(...measured));
  if (hasJump(odd)) {
    checkTogether(flashes, beeps, say);
    return beeps;
  }
  if (beeps.length !== source.beeps.length) {
    say(
      "sync",
      `${beeps.length} beeps, expected ${source.beeps.length}: ${beeps.join()} of ${source.beeps.join()}`,
    );
    return beeps;
  }
  // A first picture that was moved to the beginning would flash at another time.
  const pairs =
    odd.rate > 5 && flashes.length === source.pictures.flashes.length
      ? flashes
          .map((time, index) => time - (source.pictures.flashes[index] ?? 0))
          .slice(flashes[0] === 0 ? 1 : 0)
      : [];
  const moved = beeps.map((time, index) => time - (source.beeps[index] ?? 0));
  if (pairs.length === 0 || moved.length === 0) return beeps;
  const apart = Math.max(Math.max(...moved) - Math.min(...pairs), Math.max(...pairs) - Math.min(...moved));
  if (apart > syncSeconds)
    say(
      "sync",
      `up to ${(apart * 1000).toFixed(1)} ms apart: flashes ${flashes.join()}, beeps ${beeps.join()}; in the source ${source.pictures.flashes.join()}, ${source.beeps.join()}`,
    );
  return beeps;
}

/** Where the source's own times say nothing: each beep has its flash. */
function checkTogether(flashes: readonly number[], beeps: readonly number[], say: Say): void {
  const lonely = beeps.filter((beep) => !flashes.some((time) => Math.abs(time - beep) <= 0.06));
  if (lonely.length > 0) say("sync", `beeps without flashes: ${lonely.join()} (${flashes.join()})`);
}

function checkBandwidths(stream: MadeStream, peaks: Map<string, number>, say: Say): void {
  const audio = stream.audio === null ? 0 : (peaks.get("audio") ?? 0);
  const stated = [...stream.master.matchAll(/BANDWIDTH=(\d+),.*\n(.*)/g)].filter(([line]) =>
    line.startsWith("BANDWIDTH"),
  );
  for (const { name, playlist } of stream.variants) {
    const tail = playlist.key.split("/").slice(2).join("/");
    const bandwidth = Number(stated.find(([, , uri]) => uri?.endsWith(tail))?.[1]);
    const measured = (peaks.get(name) ?? 0) + audio;
    if (!(Math.abs(measured / bandwidth - 1) <= 0.1))
      say("BANDWIDTH", `${name}: ${bandwidth}, measured ${Math.round(measured)}`);
  }
}

/** In parts as in one piece: the same pictures at the same times for as long, the same audio. */
export function compareSplit(odd: OddCase, whole: StreamAccount, split: StreamAccount): Fault[] {
  const faults: Fault[] = [];
  const say = (what: string) => void faults.push({ requirement: "split", what });
  for (const [name, times] of whole.times) {
    const made = split.times.get(name) ?? [];
    // Pictures that stand at the beginning of a part are there, too.
    const own = odd.expected?.isSameInParts
      ? withoutStanding(made, times, odd.expected.standsToMs !== undefined)
      : made.filter((time) => !isRepeat(time) || times.some((other) => Math.abs(time - other) <= 0.0001));
    const wrong = times.findIndex((time, index) => Math.abs(time - (own[index] ?? -1)) > 0.0001);
    if (own.length !== times.length || wrong !== -1)
      say(
        `${name}: ${own.length} pictures in parts, ${times.length} whole; the first that differs is ${wrong}: ${own[wrong]}, ${times[wrong]}`,
      );
    const apartMs = Math.abs((split.durationsMs.get(name) ?? 0) - (whole.durationsMs.get(name) ?? 0));
    if (odd.expected && apartMs > 1.6) say(`${name}: ${apartMs} ms apart in duration`);
  }
  const apart = whole.beeps.map((time, index) => Math.abs(time - (split.beeps[index] ?? -1)));
  if (whole.beeps.length !== split.beeps.length || apart.some((by) => by > 0.005))
    say(`beeps at ${split.beeps.join()} in parts, at ${whole.beeps.join()} whole`);
  return faults;
}

/** What stands at the end of the video stands in one piece; its parts all have it. */
function withoutStanding(
  made: readonly number[],
  times: readonly number[],
  stands: boolean,
): readonly number[] {
  const isStanding = stands && made.slice(times.length).every((time) => time % 2 <= 0.1);
  return isStanding ? made.slice(0, times.length) : made;
}

/** Where the last picture stands for long, parts are as long as they should be, and so are their segments. */
export function checkParts({ expected }: OddCase, { parts }: MadeStream): Fault[] {
  if (expected?.standsToMs === undefined || parts === null) return [];
  const faults: Fault[] = [];
  const say = (what: string) => void faults.push({ requirement: "split", what });
  for (const { rendition, startMs, endMs, segments } of parts) {
    if (isAudio(rendition)) continue;
    const durations = segments.map(({ durationMs }) => durationMs);
    const total = durations.reduce((sum, durationMs) => sum + durationMs, 0);
    if (endMs !== null && Math.abs(total - (endMs - startMs)) > 0.001)
      say(`${rendition}: the part from ${startMs} to ${endMs} lasts ${total} ms`);
    // From a border to a picture that is repeated a moment after the next.
    if (startMs > 0 && Math.max(...durations) > 2_100)
      say(`${rendition}: a segment of ${Math.max(...durations)} ms`);
  }
  return faults;
}
