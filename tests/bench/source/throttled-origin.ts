import { open, stat } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const pieceBytes = 32 * 1024;

/** A file server behind a line of so many bits per second, which its connections share. */
export async function startThrottledOrigin(path: string, bitsPerSecond: number) {
  const { size } = await stat(path);
  const origin = {
    /** Whether it says how long the file is, and takes ranges. */
    isHelpful: true,
    sentBytes: 0,
    /** `performance.now()` of the first byte; null before. */
    firstByteAt: null as number | null,
  };
  let freeAt = 0;
  async function send(start: number, end: number, response: ServerResponse): Promise<void> {
    await using file = await open(path);
    for (let at = start; at < end && !response.destroyed; at += pieceBytes) {
      const length = Math.min(pieceBytes, end - at);
      const { buffer } = await file.read(Buffer.alloc(length), 0, length, at);
      freeAt = Math.max(freeAt, performance.now()) + (length * 8_000) / bitsPerSecond;
      await sleep(Math.max(0, freeAt - performance.now()));
      origin.firstByteAt ??= performance.now();
      origin.sentBytes += length;
      response.write(buffer);
    }
    response.end();
  }
  const server = createServer((request, response) => {
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
    const start = Number(first ?? 0);
    const end = last ? Number(last) + 1 : size;
    response.writeHead(first === undefined ? 200 : 206, {
      "content-type": "video/mp4",
      ...(origin.isHelpful && { "content-length": end - start, "accept-ranges": "bytes", etag: '"clip"' }),
      ...(first !== undefined && { "content-range": `bytes ${start}-${end - 1}/${size}` }),
    });
    void send(start, end, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(origin, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/clip.mp4`,
    sizeBytes: size,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
