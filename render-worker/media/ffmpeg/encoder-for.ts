import { type EncoderRow, encoderTable, type VideoCodec } from "./encoder-table.ts";

/** An encoder that really works here, on one of the devices or on none. */
interface AvailableEncoder {
  /** ffmpeg's, as in the encoder table. */
  name: string;
  /** Which device: a GPU's number (`0`) or its path (`/dev/dri/renderD128`). Null: software. */
  device: string | null;
}

/** One encoder on one device, to remember it by: `h264_nvenc 0`, `libx264`. */
export const encoderKey = ({ name, device }: AvailableEncoder): string =>
  device === null ? name : `${name} ${device}`;

/**
 * The encoder to use for a codec: the preferred one, else the first of the table's order that is available and not excluded. Undefined when there is none. Pure.
 *
 * @param excluded keys (`encoderKey`) of those that failed
 * @param preferred a name; of another codec, or not available, it counts for nothing
 */
export function encoderFor<Available extends AvailableEncoder>(
  codec: VideoCodec,
  available: readonly Available[],
  excluded: ReadonlySet<string> = new Set(),
  preferred?: string,
): (Available & { row: EncoderRow }) | undefined {
  for (const row of encoderTable.toSorted((a, b) => rank(a, preferred) - rank(b, preferred))) {
    if (row.codec !== codec) continue;
    const found = available.find(
      ({ name, device }) => row.name === name && !excluded.has(encoderKey({ name, device })),
    );
    if (found) return { ...found, row };
  }
  return undefined;
}

/** Sorting keeps the table's order among equals. */
const rank = ({ name }: EncoderRow, preferred: string | undefined): number => (name === preferred ? 0 : 1);

/** The encoder that needs no device: what a plan uses that is told nothing else. */
export function softwareEncoder(codec: VideoCodec): EncoderRow {
  const row = encoderTable.find((candidate) => candidate.codec === codec && candidate.device === null);
  if (row === undefined)
    throw new Error(`No software encoder for ${codec} is in the encoder table; add a row for one.`);
  return row;
}
