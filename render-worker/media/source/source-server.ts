import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Jail } from "../../jail/index.ts";
import { sleep } from "../../wait.ts";
import { parseRange } from "./parse-range.ts";
import type { SourceReader } from "./source-reader.ts";

interface SourceServerOptions {
  /** Jail of the programs that read it. */
  jail: Pick<Jail, "level" | "sourceOrigin">;
  /** Last part of the address, since demuxers also look at its extension. */
  filename: string;
  signal: AbortSignal;
  /**
   * Called once if the source becomes unreadable. ffmpeg treats a broken read as the end of the file: its
   * caller must stop it and discard its output.
   */
  onFailed: (error: unknown) => void;
}

interface SourceServer extends AsyncDisposable {
  /** Address for programs on this machine. It cannot be guessed. */
  url: string;
  /** Access for a jail's programs. */
  access: { source: { socketPath: string; port: number } };
}

/**
 * Serves one source to the ffmpeg processes of one attempt. They receive only this address and no credential:
 * the source's type, location and authorization stay in the worker.
 */
export async function serveSource(reader: SourceReader, options: SourceServerOptions): Promise<SourceServer> {
  const path = `/${randomBytes(24).toString("base64url")}/${encodeURIComponent(options.filename)}`;
  const ending = new AbortController();
  const ended = AbortSignal.any([ending.signal, options.signal]);
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      // A client that disconnects, which is how ffmpeg seeks, is not a failure of the source.
      response.destroy();
      if (!ended.aborted && !isGone(error)) options.onFailed(error);
    });
  });
  // A paused reader may resume at any time.
  server.requestTimeout = 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url !== path) return void response.writeHead(404).end();
    if (request.method !== "GET" && request.method !== "HEAD")
      return void response.writeHead(405, { allow: "GET, HEAD" }).end();
    const { sizeBytes } = reader;
    const range = parseRange(request.headers.range, sizeBytes);
    if (range === "unsatisfiable")
      return void response.writeHead(416, { "content-range": `bytes */${sizeBytes}` }).end();
    const { start, end } = range ?? { start: 0, end: sizeBytes };
    response.writeHead(range ? 206 : 200, {
      "accept-ranges": "bytes",
      "content-type": "application/octet-stream",
      "content-length": end - start,
      ...(range && { "content-range": `bytes ${start}-${end - 1}/${sizeBytes}` }),
    });
    if (request.method === "HEAD") return void response.end();
    // The first byte may take a while.
    response.flushHeaders();
    const gone = new AbortController();
    response.once("close", () => gone.abort(new ClientGoneError()));
    const signal = AbortSignal.any([ended, gone.signal]);
    await pipeline(gently(reader.read(start, end, signal), signal), response);
  }

  const { jail } = options;
  const listening = await (jail.level === "FULL" ? listenOnSocket(server) : listenOnPort(server));
  return {
    url: `${jail.sourceOrigin(listening.address)}${path}`,
    access: { source: listening.address },
    async [Symbol.asyncDispose]() {
      ending.abort(new Error("The source is no longer served."));
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
      await listening.removeAddress();
    },
  };
}

class ClientGoneError extends Error {
  readonly code = "CLIENT_GONE";
}

const isGone = (error: unknown): boolean =>
  error instanceof Error &&
  "code" in error &&
  ["CLIENT_GONE", "ERR_STREAM_PREMATURE_CLOSE", "ECONNRESET", "EPIPE", "ERR_STREAM_DESTROYED"].includes(
    String(error.code),
  );

/** Sent without delay: more than a demuxer reads at a single look. */
const AT_ONCE_BYTES = 512 * 1024;
/** Throttled up to here, at 32 MB/s, faster than any decoding; then unthrottled. */
const GENTLY_BYTES = 8 * 1024 * 1024;
const PIECE_BYTES = 256 * 1024;
const PAUSE_MS = 8;

/**
 * Throttles the start of a response. The system buffers about 4 MB per socket before its reader has read any,
 * and a demuxer opens a response "from here to the end" for each look at an index. Without throttling each
 * look would read 4 MB from the store.
 */
async function* gently(pieces: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  let given = 0;
  let pausedAt = AT_ONCE_BYTES;
  for await (const whole of pieces) {
    for (let at = 0; at < whole.length; at += PIECE_BYTES) {
      if (given >= pausedAt && given < GENTLY_BYTES) {
        await sleep(PAUSE_MS, signal);
        pausedAt = given + PIECE_BYTES;
      }
      const piece = whole.subarray(at, at + PIECE_BYTES);
      yield piece;
      given += piece.length;
    }
  }
}

interface Listening {
  address: { socketPath: string; port: number };
  removeAddress(): Promise<void>;
}

/** Port of the socket inside a program's own network, where nothing else listens. */
const PORT_INSIDE = 8080;

/** Listens on a free loopback port. */
async function listenOnPort(server: Server): Promise<Listening> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { address: { socketPath: "", port }, removeAddress: () => Promise.resolve() };
}

/**
 * Listens on a Unix socket in a folder that only the worker may enter. A jail exposes only the socket to its
 * program, under any user.
 */
async function listenOnSocket(server: Server): Promise<Listening> {
  // Not in the attempt's folder: a socket's path has at most 107 bytes.
  const folder = await mkdtemp(join(tmpdir(), "reelay-source-"));
  const socketPath = join(folder, "socket");
  server.listen(socketPath);
  await once(server, "listening");
  await chmod(socketPath, 0o666);
  return {
    address: { socketPath, port: PORT_INSIDE },
    removeAddress: () => rm(folder, { recursive: true, force: true }),
  };
}
