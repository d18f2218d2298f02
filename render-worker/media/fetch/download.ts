import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { backoffMs } from "@reelay/process";
import { RenderError } from "../../errors.ts";
import { sleep } from "../../wait.ts";
import { assertFits, codeOf, explainFetchFailure, type SizeLimits, tooSlow } from "./explain-failure.ts";
import type { FetchPolicy } from "./fetch-policy.ts";
import { Growth } from "./growth.ts";
import { Origin, type OriginFile } from "./origin.ts";

interface DownloadOptions extends SizeLimits {
  /** The file to write. */
  path: string;
  policy: FetchPolicy;
  signal: AbortSignal;
  /** Called with the number of received bytes. */
  onRead?: ((sizeBytes: number) => void) | undefined;
  /**
   * Called with the size and the space to keep free, before anything is written; without a known size, as the
   * file grows. May throw.
   */
  assertRoom?: ((sizeBytes: number) => Promise<void>) | undefined;
}

/** A URL that is being downloaded into a file. */
export interface Download extends AsyncDisposable {
  /** Requests other parts from the same origin meanwhile. */
  origin: Origin;
  file: OriginFile;
  /** Handle of the file. Valid until disposed, also if the file is moved. */
  handle: FileHandle;
  growth: Growth;
  /** Settles with the last byte, or with a `RenderError` whose code starts with `SOURCE_` or `WORK_`. */
  done: Promise<{ sizeBytes: number; sha256: string }>;
}

const defaultPace = { bytes: 1024 ** 2, windowMs: 60_000 };
/**
 * A file of unknown size leaves this much space to other attempts. Checked whenever this much has arrived.
 */
const KEPT_FREE_BYTES = 512 * 1024 ** 2;
const LOOK_EVERY_BYTES = 64 * 1024 ** 2;

/** Maximum number of resumptions in a row without progress. */
const RESUMPTIONS = 5;

/**
 * Requests a URL and starts to write it to a file. Rejects with a `RenderError` if the answer is not
 * acceptable.
 */
export async function beginDownload(url: string, options: DownloadOptions): Promise<Download> {
  const { policy, path } = options;
  const timeout = AbortSignal.timeout(policy.timeoutMs);
  const ending = new AbortController();
  const signal = AbortSignal.any([options.signal, timeout, ending.signal]);
  const explain = (error: unknown) => {
    options.signal.throwIfAborted();
    return explainFetchFailure(error, url, { isTimeout: timeout.aborted, policy });
  };
  await using resources = new AsyncDisposableStack();
  const origin = resources.use(new Origin(url, policy));
  const growth = new Growth();
  try {
    const { file, body } = await origin.openWhole(signal);
    resources.defer(() => void body.on("error", () => undefined).destroy());
    if (file.sizeBytes !== null) assertFits(file.sizeBytes, options);
    await options.assertRoom?.(file.sizeBytes ?? 0);
    const handle = resources.use(await open(path, "w+"));
    const crawling = new AbortController();
    const watch = watchPace(growth, policy.pace ?? defaultPace, (error) => crawling.abort(error));
    const receiving = { ...options, origin, file, handle, growth };
    const done = receive(body, { ...receiving, signal: AbortSignal.any([signal, crawling.signal]) })
      .catch((error: unknown) => {
        const failure = explained(explain, crawling.signal.aborted ? crawling.signal.reason : error);
        growth.fail(failure);
        throw failure;
      })
      .finally(() => clearInterval(watch));
    // Readers that wait for bytes receive the error, too.
    done.catch(() => undefined);
    const owned = resources.move();
    return {
      ...{ origin, file, handle, growth, done },
      async [Symbol.asyncDispose]() {
        ending.abort(new Error("The download is no longer needed."));
        await done.catch(() => undefined);
        await owned.disposeAsync();
      },
    };
  } catch (error) {
    throw explain(error);
  }
}

function explained(explain: (error: unknown) => unknown, error: unknown): unknown {
  try {
    return explain(error);
  } catch (stopped) {
    return stopped;
  }
}

/** A pause without any bytes is handled elsewhere; the window after it may be short. */
function watchPace(
  growth: Growth,
  pace: { bytes: number; windowMs: number },
  onSlow: (error: unknown) => void,
): NodeJS.Timeout {
  let before = 0;
  let slowInRow = 0;
  return setInterval(() => {
    const came = growth.grown - before;
    before = growth.grown;
    slowInRow = came > 0 && came < pace.bytes ? slowInRow + 1 : 0;
    if (slowInRow > 1) onSlow(tooSlow(came, pace));
  }, pace.windowMs);
}

interface Receiving extends DownloadOptions {
  origin: Origin;
  file: OriginFile;
  handle: FileHandle;
  growth: Growth;
}

/**
 * Writes the body and resumes at the same byte after a disconnect, if the origin can confirm that the file is
 * the same.
 */
async function receive(
  first: Readable,
  receiving: Receiving,
): Promise<{ sizeBytes: number; sha256: string }> {
  const { origin, file, growth, signal } = receiving;
  const hash = createHash("sha256");
  const { validator } = file;
  let body: Readable | null = first;
  for (let tried = 0; ; tried += 1) {
    const before = growth.grown;
    try {
      body ??= await origin.openRange({ ...file, validator: validator ?? "" }, { start: before }, signal);
      await write(body, receiving, hash);
      if (file.sizeBytes === null || growth.grown >= file.sizeBytes)
        return { sizeBytes: growth.grown, sha256: hash.digest("hex") };
      throw new Error(`it ended after ${growth.grown} of ${file.sizeBytes} bytes`);
    } catch (error) {
      body = null;
      if (growth.grown > before) tried = 0;
      if (signal.aborted || validator === null || tried >= RESUMPTIONS || !mayPass(error)) throw error;
      await sleep(backoffMs(tried, 500, 10_000), signal);
    }
  }
}

async function write(
  body: Readable,
  receiving: Receiving,
  hash: { update(chunk: Uint8Array): unknown },
): Promise<void> {
  const { file, handle, growth, onRead, assertRoom } = receiving;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    const grown = growth.grown + chunk.length;
    assertFits(grown, receiving);
    const isLook = Math.floor(grown / LOOK_EVERY_BYTES) > Math.floor(growth.grown / LOOK_EVERY_BYTES);
    if (file.sizeBytes === null && isLook) await assertRoom?.(KEPT_FREE_BYTES);
    for (let at = 0; at < chunk.length; ) {
      const { bytesWritten } = await handle.write(chunk, at, chunk.length - at, growth.grown + at);
      at += bytesWritten;
    }
    hash.update(chunk);
    onRead?.(chunk.length);
    growth.grow(chunk.length);
  }
}

/** Whether a retry may help: not for final answers of the origin, nor for this worker's own disk. */
const mayPass = (error: unknown): boolean =>
  error instanceof RenderError
    ? error.reported.code === "SOURCE_URL_HTTP_ERROR" && error.reported.retriable
    : codeOf(error) !== "ENOSPC";
