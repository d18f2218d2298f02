import {
  type ArrivingFile,
  type HeadCheck,
  type HeadScan,
  type HeadWish,
  never,
  waitsFor,
} from "./head-check.ts";
import { childAt, children, createSteps, type Step } from "./mp4-boxes.ts";

/** Some hours of video have a few megabytes of tables. */
const maxMovieBytes = 32 * 1024 * 1024;
/** Before `moov` come the file type, reserved space, and the camera's own boxes: a handful. */
const maxTopBoxes = 100;

/**
 * MP4 and MOV (ISO 14496-12) with `moov` before `mdat`: its tables contain the end of the head's last sample.
 */
export async function checkMp4Head(file: ArrivingFile, wish: HeadWish, scan: HeadScan): Promise<HeadCheck> {
  for (; scan.count < maxTopBoxes; scan.count += 1) {
    const { at } = scan;
    if (at + 16 > file.storedBytes) return at + 16 > file.sizeBytes ? never : waitsFor(at + 16);
    const header = await file.read(at, 16);
    const size32 = header.readUInt32BE(0);
    const type = header.toString("latin1", 4, 8);
    const size = size32 === 1 ? Number(header.readBigUInt64BE(8)) : size32;
    // If the media come first, the index is at the end; fragments have none.
    if (size < 8 || type === "mdat" || type === "moof") return never;
    if (type === "moov") {
      if (size > maxMovieBytes) return never;
      if (at + size > file.storedBytes) return waitsFor(at + size);
      return checkMovie(await file.read(at + 8, size - 8), file, wish);
    }
    scan.at += size;
  }
  return never;
}

function checkMovie(moov: Buffer, { storedBytes }: ArrivingFile, wish: HeadWish): HeadCheck {
  try {
    const needed = bytesOfHead(moov, wish, createSteps());
    if (needed === null) return never;
    return needed <= storedBytes ? { kind: "THERE" } : waitsFor(needed);
  } catch (error) {
    // Tables that end before they should, or do not end.
    if (error instanceof RangeError) return never;
    throw error;
  }
}

/** End of the head in the file; null if the tables do not contain it. */
function bytesOfHead(moov: Buffer, { headMs, longerThanMs }: HeadWish, step: Step): number | null {
  const mvhd = childAt(moov, ["mvhd"], step);
  if (mvhd === null || childAt(moov, ["mvex"], step) !== null) return null;
  const isLong = mvhd[0] === 1;
  const scale = mvhd.readUInt32BE(isLong ? 20 : 12);
  const duration = isLong ? Number(mvhd.readBigUInt64BE(24)) : mvhd.readUInt32BE(16);
  if (scale === 0 || (duration / scale) * 1000 <= longerThanMs) return null;
  let needed = 0;
  let hasPicture = false;
  for (const trak of children(moov, "trak", step)) {
    const handler = childAt(trak, ["mdia", "hdlr"], step)?.toString("latin1", 8, 12);
    if (handler !== "vide" && handler !== "soun") continue;
    const end = endOfHead(trak, headMs, step);
    if (end === null) return null;
    hasPicture ||= handler === "vide";
    needed = Math.max(needed, end);
  }
  return hasPicture ? needed : null;
}

function endOfHead(trak: Buffer, headMs: number, step: Step): number | null {
  const mdhd = childAt(trak, ["mdia", "mdhd"], step);
  const stbl = childAt(trak, ["mdia", "minf", "stbl"], step);
  const firstMs = shownFrom(childAt(trak, ["edts", "elst"], step), step);
  if (mdhd === null || stbl === null || firstMs === null) return null;
  const scale = mdhd.readUInt32BE(mdhd[0] === 1 ? 20 : 12);
  const [stts, stsc, stsz] = ["stts", "stsc", "stsz"].map((type) => childAt(stbl, [type], step));
  const chunks = chunkPositions(stbl, step);
  if (!stts || !stsc || !stsz || !chunks) return null;
  const samples = samplesUpTo(stts, firstMs + (headMs * scale) / 1000, step);
  return endOfSamples(samples, { stsc, stsz, chunks, step });
}

/** Start of the presentation in the track, in its ticks; null for tracks composed of pieces. */
function shownFrom(elst: Buffer | null, step: Step): number | null {
  if (elst === null) return 0;
  const isLong = elst[0] === 1;
  let from: number | null = null;
  for (let entry = 0; entry < elst.readUInt32BE(4); entry += 1) {
    step();
    const time = isLong ? Number(elst.readBigInt64BE(16 + entry * 20)) : elst.readInt32BE(12 + entry * 12);
    if (time < 0) continue;
    if (from !== null) return null;
    from = time;
  }
  return from ?? 0;
}

function samplesUpTo(stts: Buffer, ticks: number, step: Step): number {
  let samples = 0;
  let time = 0;
  for (let entry = 0; entry < stts.readUInt32BE(4) && time <= ticks; entry += 1) {
    step();
    const count = stts.readUInt32BE(8 + entry * 8);
    const each = stts.readUInt32BE(12 + entry * 8);
    const within = each === 0 ? count : Math.min(count, Math.floor((ticks - time) / each) + 1);
    samples += within;
    time += each * count;
  }
  return samples;
}

function endOfSamples(
  samples: number,
  {
    stsc,
    stsz,
    chunks,
    step,
  }: {
    stsc: Buffer;
    stsz: Buffer;
    chunks: NonNullable<ReturnType<typeof chunkPositions>>;
    step: Step;
  },
): number {
  const common = stsz.readUInt32BE(4);
  const sizeOf = (sample: number) => {
    step();
    return stsz.readUInt32BE(12 + sample * 4);
  };
  const count = Math.min(samples, stsz.readUInt32BE(8));
  const runs = stsc.readUInt32BE(4);
  let [end, sample, run] = [0, 0, 0];
  for (let chunk = 0; chunk < chunks.count && sample < count; chunk += 1) {
    step();
    for (; run + 1 < runs && stsc.readUInt32BE(8 + (run + 1) * 12) <= chunk + 1; run += 1) step();
    const last = Math.min(count, sample + stsc.readUInt32BE(12 + run * 12));
    let at = chunks.at(chunk);
    // Samples of equal size may be numerous: uncompressed audio has one for each 48,000th of a second.
    if (common !== 0) at += common * (last - sample);
    else for (let each = sample; each < last; each += 1) at += sizeOf(each);
    sample = last;
    end = Math.max(end, at);
  }
  return end;
}

/** Position of a chunk by its number; null without a table. */
function chunkPositions(stbl: Buffer, step: Step): { count: number; at: (chunk: number) => number } | null {
  const stco = childAt(stbl, ["stco"], step);
  if (stco) return { count: stco.readUInt32BE(4), at: (chunk) => stco.readUInt32BE(8 + chunk * 4) };
  const co64 = childAt(stbl, ["co64"], step);
  return co64 && { count: co64.readUInt32BE(4), at: (chunk) => Number(co64.readBigUInt64BE(8 + chunk * 8)) };
}
