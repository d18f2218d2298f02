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
 * Opens the source to be read; one that is given as a URL is fetched and stored while it is read, unless an earlier attempt
 * did. Of one whose upload is under way, the beginning.
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
    // Whole since we looked.
    stored = await head();
  }
  // After a fetch: its video was deleted meanwhile, and so will this attempt be.
  if (stored === null) {
    throw retriableError(
      "STORAGE",
      "SOURCE_MISSING",
      `The source "${source.key}" is not in the object store; upload it again.`,
    );
  }
  assertSize(stored.sizeBytes, limits);
  return openStored(stored, options);
}

/** The source of an attempt's task, read with what its worker lends it. */
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

/** The attempt from when its source is open: its programs may read that, and a source that cannot be read any more ends them, too. */
export const reading = <Attempt extends MediaAttempt>(attempt: Attempt, source: OpenSource) => ({
  ...attempt,
  signal: source.signal,
  source,
  programs: attempt.programs.with(source.access),
});
