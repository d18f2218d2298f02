import type { ObjectStore } from "@reelay/object-store";

/** Prefix of a token in a path: no object's key starts with it. */
const MARK = "~";

/**
 * The URL of an object below a token. Everything that a playlist there refers to by a relative URL inherits
 * the token.
 */
export const addressBelow = (store: Pick<ObjectStore, "publicUrl">, token: string, key: string): string =>
  store.publicUrl(`${MARK}${token}/${key}`);

/** Parts a media path, as it was sent, into its token and the rest. */
export function splitToken(path: string): { token: string | null; rest: string } {
  if (!path.startsWith(MARK)) return { token: null, rest: path };
  const slash = path.indexOf("/");
  const end = slash === -1 ? path.length : slash;
  return { token: path.slice(MARK.length, end), rest: path.slice(end + 1) };
}

/** A path as logs may hold it. */
export const withoutToken = (path: string): string => path.replace(/\/~[^/]*/, "/~…");
