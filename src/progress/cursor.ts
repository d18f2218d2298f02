import { InvalidInputError } from "../errors/index.ts";

/**
 * Position in a video's history, ordered by revision, then by the progress of the attempt that holds the
 * lease.
 */
export interface Position {
  /** `Video.revision`. */
  revision: number;
  /** Short name of the attempt whose progress is counted; empty while none is open. */
  attempt: string;
  /** Sequence of that attempt's newest progress report; 0 before the first. */
  sequence: number;
}

const PATTERN = /^1:(\d{1,10}):(\d{1,15}):([0-9a-f]*)$/;

/** Opaque to clients. Starts with the format's version. */
export const encodeCursor = ({ revision, attempt, sequence }: Position): string =>
  Buffer.from(`1:${revision}:${sequence}:${attempt}`).toString("base64url");

/** Undefined if the text is not a cursor. */
export function decodeCursor(cursor: string): Position | undefined {
  if (cursor.length > 200) return undefined;
  const match = PATTERN.exec(Buffer.from(cursor, "base64url").toString("latin1"));
  if (match === null) return undefined;
  return { revision: Number(match[1]), sequence: Number(match[2]), attempt: match[3] ?? "" };
}

/** Throws `InvalidInputError` (`CURSOR_INVALID`) for a malformed cursor. */
export function parseCursor(cursor: string): Position {
  const position = decodeCursor(cursor);
  if (position !== undefined) return position;
  throw new InvalidInputError(
    "CURSOR_INVALID",
    "after",
    `"${cursor.slice(0, 60)}" is not a cursor of a video. Send the "cursor" of the last video that the subscription delivered, or leave "after" out to start with the present state.`,
  );
}

/** Within one revision, progress of another attempt is newer; missing progress is not. */
export function isNewer(position: Position, than: Position): boolean {
  if (position.revision !== than.revision) return position.revision > than.revision;
  if (position.attempt !== than.attempt) return position.sequence > 0;
  return position.sequence > than.sequence;
}
