/** A value of JSON. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: Json;
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const isList = (value: unknown): value is readonly Json[] => Array.isArray(value);

/**
 * A copy of `root` with another value at the JSON Pointer `path`; undefined removes it. Values beside the
 * path stay the same objects. Missing objects on the path are created. Pure.
 */
export function setAt(root: Json | undefined, path: string, value: Json | undefined): Json | undefined {
  const keys = path
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  return setIn(root, keys, value);
}

function setIn(
  node: Json | undefined,
  [key, ...rest]: readonly string[],
  value: Json | undefined,
): Json | undefined {
  if (key === undefined) return value;
  if (isList(node)) {
    const index = Number(key);
    const next = setIn(node[index], rest, value);
    return next === undefined ? node.toSpliced(index, 1) : node.with(index, next);
  }
  const { [key]: before, ...others } = isObject(node) ? node : {};
  const next = setIn(before, rest, value);
  if (next === undefined) return others;
  return isObject(node) ? { ...node, [key]: next } : { [key]: next };
}

/** Whether two values have the same content, whatever the order of their fields. Pure. */
export function isEqual(one: Json | undefined, other: Json | undefined): boolean {
  if (one === other) return true;
  if (isList(one) && isList(other))
    return one.length === other.length && one.every((value, index) => isEqual(value, other[index]));
  if (!isObject(one) || !isObject(other)) return false;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => isEqual(one[name], other[name]));
}
