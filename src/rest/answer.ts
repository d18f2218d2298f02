import { once } from "node:events";
import type { ServerResponse } from "node:http";

/** When blank lines are sent, which keep proxies from closing a connection on which nothing moves. */
export interface KeepAlive {
  /** Silence after which a stream gets a blank line, in milliseconds. */
  everyMs: number;
  /**
   * Silence after which an answer that is not a stream gets its first one, in milliseconds. It decides the
   * status: 200, also if the script fails later.
   */
  firstMs: number;
}

/** Most proxies wait for 60 s. */
export const defaultKeepAlive: KeepAlive = { everyMs: 15_000, firstMs: 45_000 };

/** An answer that may take as long as a video. */
export interface Answer extends Disposable {
  /** The wait for the video begins: with a stream of lines, or silently. */
  begin(kind: "STREAM" | "SILENT"): void;
  /** In a stream, these lines are sent instead of a blank one if there are any. */
  onSilence(read: () => Promise<readonly string[]>): void;
  /** Resolves when the client has room for more, or is gone. */
  write(lines: readonly string[]): Promise<void>;
  /** The last line of a stream. */
  end(line: string): void;
  /** The only JSON of an answer that is not a stream. */
  send(status: number, body: unknown): void;
  readonly isStream: boolean;
  /** Aborts when the client is gone. */
  readonly gone: AbortSignal;
}

/** As the interface's origin sends them: without a charset. */
const streamHead = {
  "Content-Type": "text/event-stream",
  "Cache-Control": "no-store",
  "X-Accel-Buffering": "no",
};
const jsonHead = { "Content-Type": "application/json", "Cache-Control": "no-store" };

/** 207, as the interface's origin. */
const STREAM_STATUS = 207;

export function createAnswer(res: ServerResponse, { everyMs, firstMs }: KeepAlive): Answer {
  const gone = new AbortController();
  const onClose = () => gone.abort(new Error("The client is gone."));
  res.once("close", onClose);
  let isStream = false;
  let timer: NodeJS.Timeout | undefined;
  let readLines: (() => Promise<readonly string[]>) | undefined;

  async function keepAlive(): Promise<void> {
    if (!res.headersSent) res.writeHead(200, jsonHead);
    const lines = isStream ? await readLines?.().catch(() => undefined) : undefined;
    if (res.writableEnded || gone.signal.aborted) return;
    res.write(lines?.join("") || "\n");
    wait(everyMs);
  }

  function wait(silenceMs: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => void keepAlive(), silenceMs);
  }

  return {
    gone: gone.signal,
    get isStream() {
      return isStream;
    },
    begin(kind) {
      if (kind === "SILENT") return wait(firstMs);
      isStream = true;
      res.writeHead(STREAM_STATUS, streamHead);
      res.flushHeaders();
      wait(everyMs);
    },
    onSilence(read) {
      readLines = read;
    },
    async write(lines) {
      if (lines.length === 0 || gone.signal.aborted) return;
      wait(everyMs);
      const hasRoom = res.write(lines.join(""));
      if (!hasRoom) await once(res, "drain", { signal: gone.signal }).catch(() => undefined);
    },
    end(line) {
      clearTimeout(timer);
      res.end(line);
    },
    send(status, body) {
      clearTimeout(timer);
      sendBody(res, status, body);
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
      res.off("close", onClose);
    },
  };
}

/** After a blank line only the body is left to send. */
export function sendBody(res: ServerResponse, status: number, body: unknown): void {
  const text = `${JSON.stringify(body)}\n`;
  if (!res.headersSent) res.writeHead(status, { ...jsonHead, "Content-Length": Buffer.byteLength(text) });
  res.end(text);
}
