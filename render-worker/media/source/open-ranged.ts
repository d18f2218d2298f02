import { backoffMs } from "@reelay/process";
import { RenderError } from "../../errors.ts";
import { sleep } from "../../wait.ts";
import { explainFetchFailure, type FetchPolicy, Origin } from "../fetch/index.ts";
import { createBlockReader } from "./block-reader.ts";
import type { OpenOptions, OpenSource } from "./open-source.ts";
import { serveSource } from "./source-server.ts";

interface RangedOptions extends Omit<OpenOptions, "store"> {
  fetch: FetchPolicy;
}

/** A file at a URL that is read by ranges, and stored nowhere. */
export interface RangedSource extends OpenSource {
  /** Identifies these bytes: another file at the same address has another version. */
  version: string;
}

const TRIES = 4;

/**
 * Opens a file at a URL for reading by ranges. Programs read it through the worker, which checks each address
 * and sees that the file stays the same. Throws a `RenderError` whose code starts with `SOURCE_URL_`.
 */
export async function openRanged(
  { url, filename }: { url: string; filename: string },
  options: RangedOptions,
): Promise<RangedSource> {
  const { jail, signal, fetch, onRead, cache, explain = (error) => error } = options;
  await using resources = new AsyncDisposableStack();
  const origin = resources.use(new Origin(url, fetch));
  const toFailure = (error: unknown) => explainFetchFailure(error, url, { isTimeout: false, policy: null });
  const file = await untilOpen(() => origin.openRanges(signal), toFailure, signal);
  const { sizeBytes, contentType, validator } = file;
  const version = `${url}\n${validator}\n${sizeBytes}`;
  const ending = new AbortController();
  const failure = new AbortController();
  const reading = AbortSignal.any([signal, failure.signal]);
  const reader = createBlockReader(
    {
      sizeBytes,
      open: (start, end, own) => origin.openRange(file, { start, end }, own),
      beforeRetry: (error, tried) => delayBefore(toFailure(error), tried),
    },
    {
      signal: AbortSignal.any([reading, ending.signal]),
      ...(onRead && { onRead }),
      ...(cache && { blocks: cache.of(version) }),
    },
  );
  const server = await serveSource(reader, {
    ...{ jail, filename, signal: reading },
    onFailed: (error) => failure.abort(explain(error)),
  });
  const owned = resources.move();
  return {
    ...{ key: url, sizeBytes, contentType, reader, version, generation: null },
    input: server.url,
    access: server.access,
    signal: reading,
    isStored: () => false,
    stored: () => Promise.resolve(),
    hash: () => Promise.resolve(null),
    async [Symbol.asyncDispose]() {
      ending.abort(new Error("The source was closed."));
      await server[Symbol.asyncDispose]();
      await owned.disposeAsync();
    },
  };
}

/** Delay before another try, in milliseconds; throws what no other try can change. */
function delayBefore(failure: unknown, tried: number): number {
  if (tried >= TRIES || !(failure instanceof RenderError) || !failure.reported.retriable) throw failure;
  return backoffMs(tried, 200, 2_000);
}

async function untilOpen<T>(
  open: () => Promise<T>,
  toFailure: (error: unknown) => unknown,
  signal: AbortSignal,
): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await open();
    } catch (error) {
      signal.throwIfAborted();
      await sleep(delayBefore(toFailure(error), tried), signal);
    }
  }
}
