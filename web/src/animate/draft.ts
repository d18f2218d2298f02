import type { AnimationRenderer, AspectRatio, ManimQuality } from "../api/index.ts";

/** What a user writes and chooses on the page. */
export interface Draft {
  script: string;
  title: string;
  /** Empty: the script's only scene. */
  scene: string;
  quality: ManimQuality;
  aspectRatio: AspectRatio;
  renderer: AnimationRenderer;
  seed: number;
  /** Fonts, pictures and sounds of the video that it is a copy of. */
  materials: readonly { materialId: string; filename: string }[];
  /** Ids of the videos that were made of it, newest first. */
  videos: readonly string[];
}

interface StoredDraft extends Draft {
  /** When it was written, in milliseconds since 1970. */
  at: number;
}

type DraftStorage = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

const PREFIX = "reelay.draft.";
/** Drafts that a browser keeps. */
const MAX_DRAFTS = 16;
const MAX_VIDEOS = 20;

/** A draft's name in the browser's storage: drafts of workspaces that share a browser stay apart. */
export const draftKey = (workspaceId: string, name: string): string => `${PREFIX}${workspaceId}.${name}`;

/** The stored draft, completed with what an older console did not store yet; null if there is none. */
export function readDraft(storage: DraftStorage, key: string, otherwise: Draft): Draft | null {
  const stored = parse(storage.getItem(key));
  if (stored === null) return null;
  const { at: _at, ...draft } = stored;
  return { ...otherwise, ...draft };
}

/**
 * Stores a draft. Without room for it, the oldest of the others is removed first.
 * @returns false if the browser does not store it.
 */
export function writeDraft(storage: DraftStorage, key: string, draft: Draft, now: number): boolean {
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

function parse(text: string | null): StoredDraft | null {
  try {
    const value: unknown = JSON.parse(text ?? "null");
    const isDraft = typeof value === "object" && value !== null && "script" in value;
    return isDraft && typeof value.script === "string" ? (value as StoredDraft) : null;
  } catch {
    return null;
  }
}
