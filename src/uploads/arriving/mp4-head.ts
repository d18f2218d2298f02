import {
  createSteps,
  findBox,
  readBoxHeader,
  readEdits,
  readTimeScale,
  type SampleTables,
  type Step,
  walkBoxes,
  walkChunks,
} from "@reelay/media-container";
import {
  type ArrivingFile,
  type HeadCheck,
  type HeadScan,
  type HeadWish,
  never,
  waitsFor,
} from "./head-check.ts";

/** Some hours of video have a few megabytes of tables. */
const MAX_MOVIE_BYTES = 32 * 1024 * 1024;
/** Before `moov` come the file type, reserved space, and the camera's own boxes: a handful. */
const MAX_TOP_BOXES = 100;
/** About 15 ms. Ten seconds of a video with audio need 2,000. */
const MAX_STEPS = 100_000;

/**
 * MP4 and MOV (ISO 14496-12) with `moov` before `mdat`: its tables contain the end of the head's last sample.
 */
export async function checkMp4Head(file: ArrivingFile, wish: HeadWish, scan: HeadScan): Promise<HeadCheck> {
  for (; scan.count < MAX_TOP_BOXES; scan.count += 1) {
    const { at } = scan;
    if (at + 16 > file.storedBytes) return at + 16 > file.sizeBytes ? never : waitsFor(at + 16);
    const header = readBoxHeader(await file.read(at, 16));
    // If the media come first, the index is at the end; fragments have none.
    if (!header?.sizeBytes || header.type === "mdat" || header.type === "moof") return never;
    const { type, headerBytes, sizeBytes: size } = header;
    if (type === "moov") {
      if (size > MAX_MOVIE_BYTES) return never;
      if (at + size > file.storedBytes) return waitsFor(at + size);
      return checkMovie(await file.read(at + headerBytes, size - headerBytes), file, wish);
    }
    scan.at += size;
  }
  return never;
}

function checkMovie(moov: Buffer, { storedBytes }: ArrivingFile, wish: HeadWish): HeadCheck {
  try {
    const needed = bytesOfHead(moov, wish, createSteps(MAX_STEPS));
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
  const mvhd = findBox(moov, ["mvhd"], step);
  if (mvhd === null || findBox(moov, ["mvex"], step) !== null) return null;
  const isLong = mvhd[0] === 1;
  const scale = readTimeScale(mvhd);
  const duration = isLong ? Number(mvhd.readBigUInt64BE(24)) : mvhd.readUInt32BE(16);
  if (scale === 0 || (duration / scale) * 1000 <= longerThanMs) return null;
  let needed = 0;
  let hasPicture = false;
  for (const { type, body: trak } of walkBoxes(moov, step)) {
    if (type !== "trak") continue;
    const handler = findBox(trak, ["mdia", "hdlr"], step)?.toString("latin1", 8, 12);
    if (handler !== "vide" && handler !== "soun") continue;
    const end = endOfHead(trak, headMs, step);
    if (end === null) return null;
    hasPicture ||= handler === "vide";
    needed = Math.max(needed, end);
  }
  return hasPicture ? needed : null;
}

function endOfHead(trak: Buffer, headMs: number, step: Step): number | null {
  const mdhd = findBox(trak, ["mdia", "mdhd"], step);
  const stbl = findBox(trak, ["mdia", "minf", "stbl"], step);
  const edits = readEdits(findBox(trak, ["edts", "elst"], step));
  const presented = edits?.filter(({ mediaTime }) => mediaTime >= 0) ?? [];
  // A track composed of pieces has no single start.
  if (mdhd === null || stbl === null || edits === null || presented.length > 1) return null;
  const [stts, stsc, stsz, stco, co64] = ["stts", "stsc", "stsz", "stco", "co64"].map(
    (type) => findBox(stbl, [type], step) ?? undefined,
  );
  if (!stts || !stsc || !stsz || !(stco ?? co64)) return null;
  const endTicks = (presented[0]?.mediaTime ?? 0) + (headMs * readTimeScale(mdhd)) / 1000;
  const tables = { stts, stsc, stsz, ...(stco && { stco }), ...(co64 && { co64 }) };
  return endOfSamples(samplesUpTo(stts, endTicks, step), tables, step);
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

function endOfSamples(samples: number, tables: SampleTables, step: Step): number {
  const { stsz } = tables;
  const common = stsz.readUInt32BE(4);
  const sizeOf = (sample: number) => {
    step();
    return stsz.readUInt32BE(12 + sample * 4);
  };
  const count = Math.min(samples, stsz.readUInt32BE(8));
  let [end, sample] = [0, 0];
  for (const chunk of walkChunks(tables, step)) {
    if (sample >= count) break;
    const last = Math.min(count, sample + chunk.samples);
    let at = chunk.position;
    // Samples of equal size may be numerous: uncompressed audio has one for each 48,000th of a second.
    if (common !== 0) at += common * (last - sample);
    else for (let each = sample; each < last; each += 1) at += sizeOf(each);
    sample = last;
    end = Math.max(end, at);
  }
  return end;
}
