import type { InputRef } from "@reelay/contracts";
import { retriableError } from "../../errors.ts";
import {
  assertSize,
  type OpenSource,
  type OpenUrlOptions,
  openArriving,
  openStored,
  openUrl,
} from "../../media/source/index.ts";
import { retryStore } from "../../store/index.ts";
import type { MediaAttempt } from "./runtime.ts";

/**
 * Opens a source for reading. A URL is downloaded and stored while it is read, unless an earlier attempt has
 * stored it. Of a running upload, opens the beginning.
 */
export async function acquireSource(source: InputRef, options: OpenUrlOptions): Promise<OpenSource> {
  const { store, signal, limits } = options;
  const head = () => retryStore(`look up ${source.key}`, signal, () => store.head(source.key));
  let stored = await head();
  if (stored === null && source.kind === "url") {
    const arriving = await openUrl(source, options);
    if (arriving !== null) return arriving;
    stored = await head();
  }
  if (stored === null && source.kind === "object" && source.arriving) {
    const arriving = await openArriving({ key: source.key, ...source.arriving }, options);
    if (arriving !== null) return arriving;
    // The upload was completed in between.
    stored = await head();
  }
  // The video was deleted during the download, and this attempt will be canceled.
  if (stored === null) {
    throw retriableError(
      "STORAGE",
      "SOURCE_MISSING",
      `The source "${source.key}" is not in the object store. Upload it again.`,
    );
  }
  assertSize(stored.sizeBytes, limits);
  return openStored(stored, options);
}

/** Opens the source of an attempt's task with the worker's services. */
export const acquireTaskSource = ({
  task,
  config,
  store,
  directory,
  signal,
  metrics,
  blockCache,
  jail,
}: MediaAttempt) =>
  acquireSource(task.source, {
    store,
    jail,
    directory: directory.path,
    signal,
    limits: config.limits,
    maxSourceBytes: task.source.kind === "url" ? task.source.maxBytes : undefined,
    fetch: config.fetch,
    assertRoom: (sizeBytes) => directory.assertRoom(sizeBytes),
    onRead: (sizeBytes) => metrics?.sourceRead(sizeBytes),
    cache: blockCache,
  });

/** The attempt with its open source: its programs may read the source, and stop if it becomes unreadable. */
export const reading = <Attempt extends MediaAttempt>(attempt: Attempt, source: OpenSource) => ({
  ...attempt,
  signal: source.signal,
  source,
  programs: attempt.programs.with(source.access),
});
