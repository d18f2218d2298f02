import { findBox, walkBoxes } from "./boxes.ts";
import { readFragments } from "./fragments.ts";

interface Retiming {
  /**
   * From the decoding of a segment's first picture to its presentation, in ticks: the same for all segments
   * of a track.
   */
  leadTicks: number;
  /** How long the last fragment is shown, in ticks. */
  lastFragmentTicks: number;
}

/** Times of one sample, in ticks. */
interface SampleTimes {
  decodedAt: number;
  duration: number;
  /** From decoding to presentation. */
  offset: number;
}

/**
 * A segment whose pictures are decoded as late as their presentation allows, and whose samples last to its
 * end. Encoders decode each picture two or three frames ahead, however long the frames before it are shown:
 * the durations of the samples, from which players tell what they have buffered, then sum to less than what
 * is shown. The decoding times of the next segment, with the same lead, continue this one's.
 *
 * @param segment fragments of one track with one run each, which begin with their earliest picture
 * @returns null for fragments of another structure, or whose pictures cannot be decoded in time
 */
export function retimeSegment(segment: Buffer, retiming: Retiming): Buffer | null {
  const times = planTimes(segment, retiming);
  if (times === null) return null;
  const result: Buffer[] = [];
  for (const { type, body, isCut } of walkBoxes(segment)) {
    if (isCut) return null;
    const box = type === "moof" ? retimeFragment(body, times) : toBox(type, body);
    if (box === null) return null;
    result.push(box);
  }
  return Buffer.concat(result);
}

/** The times of all samples in their order. */
function planTimes(segment: Buffer, { leadTicks, lastFragmentTicks }: Retiming): SampleTimes[] | null {
  const fragments = readFragments(segment);
  const last = fragments?.at(-1);
  if (!fragments || !last?.samples[0]) return null;
  const shown = fragments.flatMap(({ decodedAt, samples }) => {
    let at = decodedAt;
    return samples.map(({ duration, offset }) => {
      const shownAt = at + offset;
      at += duration;
      return shownAt;
    });
  });
  const [firstShown = 0] = shown;
  const begin = firstShown - leadTicks;
  const frameTicks = leastDistance(shown);
  const end = last.decodedAt + last.samples[0].offset + lastFragmentTicks - leadTicks;
  let next = end;
  const times: SampleTimes[] = [];
  for (const [index, shownAt] of [...shown.entries()].toReversed()) {
    // Not closer than the frames if there is room: from decoding times, ffmpeg tells gaps and frame rates.
    // None lasts beyond the end: players would take the video for longer.
    const room = Math.min(Math.floor((next - begin) / (index + 1)), end - shownAt);
    const latest = next - Math.max(1, Math.min(frameTicks, room));
    const decodedAt = Math.min(latest, index === 0 ? begin : shownAt);
    times.unshift({ decodedAt, duration: next - decodedAt, offset: shownAt - decodedAt });
    next = decodedAt;
  }
  return next < 0 ? null : times;
}

/** Of two frames; infinite for one. */
function leastDistance(shown: readonly number[]): number {
  const sorted = shown.toSorted((a, b) => a - b);
  return Math.min(...sorted.slice(1).map((at, index) => at - (sorted[index] ?? 0)), Number.POSITIVE_INFINITY);
}

/** A `moof` with the first of these times, which are taken from the list. */
function retimeFragment(body: Buffer, times: SampleTimes[]): Buffer | null {
  const traf = findBox(body, ["traf"]);
  const tfdt = traf && findBox(traf, ["tfdt"]);
  const runs = traf && [...walkBoxes(traf)].filter(({ type }) => type === "trun");
  const [run] = runs ?? [];
  if (!tfdt || runs?.length !== 1 || !run) return null;
  const own = times.splice(0, run.body.readUInt32BE(4));
  const begin = toDecodeTime(own[0]?.decodedAt ?? 0);
  const trun = toRun(run.body, own, begin.length - tfdt.length);
  const change = (type: string, child: Buffer): Buffer => {
    if (type === "traf") return mapBoxes(child, change);
    if (type === "tfdt") return begin;
    return type === "trun" ? trun : child;
  };
  return toBox("moof", mapBoxes(body, change));
}

/** The body of a `tfdt` (ISO 14496-12, 8.8.12), in 64 bits. */
function toDecodeTime(ticks: number): Buffer {
  const bytes = Buffer.alloc(12);
  bytes[0] = 1;
  bytes.writeBigUInt64BE(BigInt(ticks), 4);
  return bytes;
}

/** Optional fields of a run (ISO 14496-12, 8.8.8). */
const has = { dataOffset: 0x1, firstFlags: 0x4, duration: 0x100, size: 0x200, flags: 0x400, offset: 0x800 };

/**
 * The body of a `trun` with other times.
 *
 * @param grownBy bytes that the rest of its `moof` has grown by
 */
function toRun(run: Buffer, times: readonly SampleTimes[], grownBy: number): Buffer {
  const flags = run.readUIntBE(1, 3);
  const fieldBytes = (flag: number) => (flags & flag ? 4 : 0);
  const headBytes = 8 + fieldBytes(has.dataOffset) + fieldBytes(has.firstFlags);
  const keptBytes = fieldBytes(has.size) + fieldBytes(has.flags);
  const head = Buffer.from(run.subarray(0, headBytes));
  head.writeUIntBE(flags | has.duration | has.offset, 1, 3);
  const samples = times.map(({ duration, offset }, index) => {
    const stride = fieldBytes(has.duration) + keptBytes + fieldBytes(has.offset);
    const kept = headBytes + index * stride + fieldBytes(has.duration);
    const bytes = Buffer.alloc(keptBytes + 8);
    bytes.writeUInt32BE(duration);
    run.copy(bytes, 4, kept, kept + keptBytes);
    bytes.writeUInt32BE(offset, 4 + keptBytes);
    return bytes;
  });
  const result = Buffer.concat([head, ...samples]);
  // From the start of the `moof` to the samples after it.
  if (flags & has.dataOffset)
    result.writeInt32BE(run.readInt32BE(8) + grownBy + result.length - run.length, 8);
  return result;
}

const mapBoxes = (bytes: Buffer, change: (type: string, body: Buffer) => Buffer): Buffer =>
  Buffer.concat([...walkBoxes(bytes)].map(({ type, body }) => toBox(type, change(type, body))));

function toBox(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + body.length);
  head.write(type, 4, "latin1");
  return Buffer.concat([head, body]);
}
