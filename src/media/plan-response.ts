import type { StoredObject } from "@reelay/object-store";

/** The response to a GET or HEAD. `end` is inclusive. */
export type MediaPlan =
  | { status: 200 }
  | { status: 206; start: number; end: number }
  | { status: 304 }
  | { status: 416 };

/** The request's conditions, as Node's lower-cased headers. */
interface MediaConditions {
  range?: string | undefined;
  "if-range"?: string | undefined;
  "if-none-match"?: string | undefined;
  "if-modified-since"?: string | undefined;
}

export const etagOf = (object: StoredObject): string => `"${object.generation}"`;

/**
 * Decides by RFC 9110 (13.2.2 for the order, 14 for ranges). Several ranges are answered with the whole
 * object, as it permits.
 */
export function planResponse(object: StoredObject, conditions: MediaConditions): MediaPlan {
  if (isFresh(object, conditions)) return { status: 304 };
  if (conditions.range === undefined || !isRangeCurrent(object, conditions["if-range"]))
    return { status: 200 };
  return planRange(conditions.range, object.sizeBytes);
}

function isFresh(object: StoredObject, conditions: MediaConditions): boolean {
  const tags = conditions["if-none-match"];
  if (tags !== undefined) {
    const known = new Set(tags.split(",").map((tag) => tag.trim().replace(/^W\//, "")));
    return known.has("*") || known.has(etagOf(object));
  }
  const since = Date.parse(conditions["if-modified-since"] ?? "");
  return !Number.isNaN(since) && wholeSeconds(object.updatedAt) <= since;
}

/** A part may only be combined with parts of the same object. */
function isRangeCurrent(object: StoredObject, ifRange: string | undefined): boolean {
  if (ifRange === undefined) return true;
  if (ifRange.includes('"')) return ifRange === etagOf(object);
  return Date.parse(ifRange) === wholeSeconds(object.updatedAt);
}

function planRange(range: string, sizeBytes: number): MediaPlan {
  const match = /^bytes=(\d*)-(\d*)$/.exec(range.replaceAll(" ", ""));
  if (match === null) return { status: 200 };
  const [, first = "", last = ""] = match;
  if (first === "" && last === "") return { status: 200 };
  if (first !== "" && last !== "" && Number(last) < Number(first)) return { status: 200 };
  const start = first === "" ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = first === "" || last === "" ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  return start > end ? { status: 416 } : { status: 206, start, end };
}

/** HTTP dates have no fractions of a second. */
const wholeSeconds = (date: Date): number => Math.floor(date.getTime() / 1000) * 1000;
