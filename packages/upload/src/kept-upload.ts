/**
 * What is kept of an upload so that it goes on after a reload: its address, under what tells its file from others. The address is a
 * permission to write to this one upload; it is removed with the upload's end.
 */
import type { UploadFile, UploadProtocol } from "./transport.ts";

/** The part of `localStorage` that is used; anything that has it will do. */
export type KeyValueStorage = Pick<Storage, "getItem" | "removeItem" | "setItem">;

export interface KeptUpload {
  url: string;
  protocol: UploadProtocol;
  /** Your own, e.g. the video's id: a JSON value. */
  data?: unknown;
}

/** Upload addresses do not live longer: a day by default in Reelay, a week in Cloud Storage. */
const KEPT_FOR_MS = 7 * 86_400_000;

/** `localStorage`; undefined where there is none, or where the page may not use it. */
export function defaultStorage(): KeyValueStorage | undefined {
  try {
    // Under Node it is there on demand only, and warns: a file of the process is not where uploads belong.
    return typeof document === "object" ? globalThis.localStorage : undefined;
  } catch {
    return undefined;
  }
}

const keyOf = ({ name = "", type, size, lastModified = 0 }: UploadFile): string =>
  `reelay-upload:${name}:${type}:${size}:${lastModified}`;

/** The upload of this very file (name, type, size, last change) that was begun and not ended, in this browser; else undefined. */
export function recallUpload(file: UploadFile, storage = defaultStorage()): KeptUpload | undefined {
  try {
    const { keptAtMs, ...kept } = JSON.parse(storage?.getItem(keyOf(file)) ?? "{}") as KeptUpload & {
      keptAtMs?: number;
    };
    if (keptAtMs === undefined) return undefined;
    if (keptAtMs >= Date.now() - KEPT_FOR_MS) return kept;
    forgetUpload(file, storage);
  } catch {
    // Not ours, or damaged: as if there were none.
  }
  return undefined;
}

export function keepUpload(file: UploadFile, kept: KeptUpload, storage = defaultStorage()): void {
  try {
    storage?.setItem(keyOf(file), JSON.stringify({ ...kept, keptAtMs: Date.now() }));
  } catch {
    // Full or forbidden: then this upload does not survive a reload, and goes on.
  }
}

export function forgetUpload(file: UploadFile, storage = defaultStorage()): void {
  try {
    storage?.removeItem(keyOf(file));
  } catch {
    // As above.
  }
}
