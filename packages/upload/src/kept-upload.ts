/**
 * The entry that lets an upload resume after a reload: its URL, keyed by properties that identify the file.
 * The URL authorizes writes to this one upload. The entry is removed when the upload ends.
 */
import type { UploadFile, UploadProtocol } from "./transport.ts";

/** The used part of `localStorage`; any object that has it will do. */
export type KeyValueStorage = Pick<Storage, "getItem" | "removeItem" | "setItem">;

export interface SavedUpload {
  url: string;
  protocol: UploadProtocol;
  /** Your own data, for example the video's id: a JSON value. */
  data?: unknown;
}

/** Upload URLs do not live longer: a day by default in Reelay, a week in Cloud Storage. */
const KEPT_FOR_MS = 7 * 86_400_000;

/** `localStorage`; undefined if it does not exist or the page may not use it. */
export function defaultStorage(): KeyValueStorage | undefined {
  try {
    // Node creates it on demand, with a warning; a file of the process is no place for uploads.
    return typeof document === "object" ? globalThis.localStorage : undefined;
  } catch {
    return undefined;
  }
}

const keyOf = ({ name = "", type, size, lastModified = 0 }: UploadFile): string =>
  `reelay-upload:${name}:${type}:${size}:${lastModified}`;

/**
 * The unfinished upload of this file (by name, type, size and modification time) in this browser, or
 * undefined.
 */
export function findUpload(file: UploadFile, storage = defaultStorage()): SavedUpload | undefined {
  try {
    const { keptAtMs, ...kept } = JSON.parse(storage?.getItem(keyOf(file)) ?? "{}") as SavedUpload & {
      keptAtMs?: number;
    };
    if (keptAtMs === undefined) return undefined;
    if (keptAtMs >= Date.now() - KEPT_FOR_MS) return kept;
    forgetUpload(file, storage);
  } catch {
    // Foreign or damaged: treated as missing.
  }
  return undefined;
}

export function saveUpload(file: UploadFile, kept: SavedUpload, storage = defaultStorage()): void {
  try {
    storage?.setItem(keyOf(file), JSON.stringify({ ...kept, keptAtMs: Date.now() }));
  } catch {
    // Storage is full or forbidden: this upload continues but does not survive a reload.
  }
}

export function forgetUpload(file: UploadFile, storage = defaultStorage()): void {
  try {
    storage?.removeItem(keyOf(file));
  } catch {
    // As above.
  }
}
