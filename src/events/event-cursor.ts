import { InvalidInputError } from "../errors.ts";

/** A place in a workspace's log: behind the event with this position. */
export interface EventPlace {
  position: bigint;
  /** When that event happened, in ms: after a restore from a backup its position belongs to another one. */
  atMs: number;
}

const pattern = /^e1:(\d{1,18}):(\d{1,15})$/;

/** Opaque to clients; `e1` is the format's version. */
export const encodeEventCursor = ({ position, atMs }: EventPlace): string =>
  Buffer.from(`e1:${position}:${atMs}`).toString("base64url");

/** Undefined when the text is no cursor of ours. */
export function decodeEventCursor(cursor: string): EventPlace | undefined {
  if (cursor.length > 100) return undefined;
  const match = pattern.exec(Buffer.from(cursor, "base64url").toString("latin1"));
  return match === null ? undefined : { position: BigInt(match[1] ?? 0), atMs: Number(match[2]) };
}

/** Throws `InvalidInputError` (`CURSOR_INVALID`). */
export function parseEventCursor(cursor: string): EventPlace {
  const place = decodeEventCursor(cursor);
  if (place !== undefined) return place;
  throw new InvalidInputError(
    "CURSOR_INVALID",
    "after",
    `after: ${JSON.stringify(cursor.slice(0, 80))} is not a cursor of the event log. Send a "cursor" that "changes" or an event gave, or "beginning" or "now".`,
  );
}
