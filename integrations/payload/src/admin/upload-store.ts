/** Uploads that are under way, outside of React: they go on while pages of the admin come and go. */
import { UploadError, type UploadHandle, type UploadProgress, upload } from "@reelay/upload";
import { useSyncExternalStore } from "react";
import type { UploadTarget } from "../endpoints/upload.ts";
import { refreshLive } from "./live-store.ts";

export interface Sending {
  file: File;
  /** Null until the server gave an address. */
  progress: UploadProgress | null;
  handle: UploadHandle | null;
  error: string | null;
  cancel: () => void;
}

const sendings = new Map<string, Sending>();
const listeners = new Set<() => void>();
let chosen: { file: File; at: number } | undefined;

/** A document that is not older than this is the one that its file was chosen for. */
const CLOCKS_DIFFER_BY_MS = 120_000;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Asks for confirmation before the page is left during an upload. */
function guard(event: BeforeUnloadEvent) {
  event.preventDefault();
}

function changed() {
  if ([...sendings.values()].some(({ error }) => error === null)) addEventListener("beforeunload", guard);
  else removeEventListener("beforeunload", guard);
  for (const listener of listeners) listener();
}

export const useSending = (id: string | null): Sending | undefined =>
  useSyncExternalStore(
    subscribe,
    () => (id === null ? undefined : sendings.get(id)),
    () => undefined,
  );

/** The file that waits for its document to be saved. */
export const useChosen = (): File | undefined =>
  useSyncExternalStore(
    subscribe,
    () => chosen?.file,
    () => undefined,
  );

export function choose(file: File | undefined): void {
  chosen = file && { file, at: Date.now() };
  changed();
}

/** The file that was chosen for a document before there was one, once; undefined if it was for another. */
export function takeChosen(createdAt: string): File | undefined {
  if (!chosen || Date.parse(createdAt) < chosen.at - CLOCKS_DIFFER_BY_MS) return undefined;
  const { file } = chosen;
  choose(undefined);
  return file;
}

/** Uploads the file of a document to Reelay. `useSending` has the progress. */
export async function send(api: string, id: string, file: File): Promise<void> {
  const ended = new AbortController();
  const put = (changes: Partial<Sending>) => {
    const before = sendings.get(id) ?? { file, progress: null, handle: null, error: null, cancel: () => {} };
    sendings.set(id, { ...before, ...changes });
    changed();
  };
  sendings.delete(id);
  put({
    file,
    cancel: () => {
      ended.abort();
      sendings.delete(id);
      changed();
    },
  });
  try {
    const { url, protocol } = await askTarget(api, id, file, ended.signal);
    // The server keeps the address: no need to keep it here.
    const handle = upload(file, {
      url,
      protocol,
      storage: null,
      signal: ended.signal,
      onProgress: (progress) => {
        if (!ended.signal.aborted) put({ progress });
      },
    });
    put({ handle });
    refreshLive();
    await handle.done;
    sendings.delete(id);
    changed();
    refreshLive();
  } catch (error) {
    if (!ended.signal.aborted) put({ error: explain(error), handle: null });
  }
}

async function askTarget(api: string, id: string, file: File, signal: AbortSignal): Promise<UploadTarget> {
  const response = await fetch(`${api}/reelay/uploads`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ id, filename: file.name, sizeBytes: file.size, contentType: file.type }),
    signal,
  });
  const answer = (await response.json().catch(() => null)) as
    | (UploadTarget & { error?: { message: string } })
    | null;
  if (response.ok && answer) return answer;
  throw new Error(answer?.error?.message ?? `The CMS answered with HTTP ${response.status}.`);
}

function explain(error: unknown): string {
  if (error instanceof UploadError && error.isRetriable)
    return `${error.message} Choose the file again to go on where it stopped.`;
  return error instanceof Error ? error.message : String(error);
}
