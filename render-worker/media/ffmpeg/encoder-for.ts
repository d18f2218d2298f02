import { type EncoderRow, encoderTable, type VideoCodec } from "./encoder-table.ts";

/** An encoder that passed its trial, in software or on a device. */
interface AvailableEncoder {
  /** ffmpeg's name, as in the encoder table. */
  name: string;
  /** The device: a GPU's number (`0`) or its path (`/dev/dri/renderD128`). Null: software. */
  device: string | null;
}

/** Key of an encoder on a device: `h264_nvenc 0`, `libx264`. */
export const encoderKey = ({ name, device }: AvailableEncoder): string =>
  device === null ? name : `${name} ${device}`;

/**
 * The encoder to use for a codec: the preferred one, else the first in the table's order that is available
 * and not excluded. Undefined if there is none. Pure.
 *
 * @param excluded keys (`encoderKey`) that failed
 * @param preferred a name; ignored if unavailable or of another codec
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

/** Sorting is stable, so the table's order decides among equals. */
const rank = ({ name }: EncoderRow, preferred: string | undefined): number => (name === preferred ? 0 : 1);

/** The software encoder of a codec, the default of a plan. */
export function softwareEncoder(codec: VideoCodec): EncoderRow {
  const row = encoderTable.find((candidate) => candidate.codec === codec && candidate.device === null);
  if (row === undefined)
    throw new Error(`No software encoder for ${codec} is in the encoder table. Add a row for one.`);
  return row;
}
