/** What a page has to store of a draft. */
export interface BaseDraft {
  /** Ids of the videos that were made of it, newest first. */
  videos: readonly string[];
}

/** When a draft was written, in milliseconds since 1970. */
interface Dated {
  at: number;
}

type DraftStorage = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

const PREFIX = "reelay.draft.";
/** Drafts that a browser keeps. */
const MAX_DRAFTS = 16;
const MAX_VIDEOS = 20;

/** A draft's name in the browser's storage: drafts of workspaces that share a browser stay apart. */
export const draftKey = (workspaceId: string, name: string): string => `${PREFIX}${workspaceId}.${name}`;

/**
 * The stored draft, completed with what an older console did not store yet. Null if there is none, or if the
 * stored text is not one: each of its fields must have the type that it has in `otherwise`.
 */
export function readDraft<Draft extends BaseDraft>(
  storage: DraftStorage,
  key: string,
  otherwise: Draft,
): Draft | null {
  const stored = parse(storage.getItem(key));
  if (stored === null) return null;
  const { at: _at, ...draft } = stored;
  const isDraft = Object.entries(otherwise).every(
    ([name, value]) => !(name in draft) || typeof draft[name] === typeof value,
  );
  return isDraft ? { ...otherwise, ...draft } : null;
}

/**
 * Stores a draft. Without room for it, the oldest of the others is removed first.
 * @returns false if the browser does not store it.
 */
export function writeDraft(storage: DraftStorage, key: string, draft: BaseDraft, now: number): boolean {
  const text = JSON.stringify({ ...draft, videos: draft.videos.slice(0, MAX_VIDEOS), at: now });
  const others = oldestFirst(storage).filter((other) => other !== key);
  while (others.length >= MAX_DRAFTS) storage.removeItem(others.shift() ?? "");
  for (;;) {
    try {
      storage.setItem(key, text);
      return true;
    } catch {
      const oldest = others.shift();
      if (oldest === undefined) return false;
      storage.removeItem(oldest);
    }
  }
}

function oldestFirst(storage: DraftStorage): string[] {
  const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? "");
  return keys
    .filter((key) => key.startsWith(PREFIX))
    .map((key) => ({ key, at: parse(storage.getItem(key))?.at ?? 0 }))
    .sort((one, other) => one.at - other.at)
    .map(({ key }) => key);
}

function parse(text: string | null): (Dated & Record<string, unknown>) | null {
  try {
    const value: unknown = JSON.parse(text ?? "null");
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Dated & Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
