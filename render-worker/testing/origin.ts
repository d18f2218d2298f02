import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { parseRange } from "../media/source/parse-range.ts";

/** A test origin: serves byte ranges like a file server, and misbehaves on request. */
export async function startOrigin(bytes: Buffer) {
  const origin = {
    bytes,
    etag: '"one"' as string | null,
    takesRanges: true,
    /** `Range` of each request so far; `whole` for one without. */
    asked: [] as string[],
    /** Called before each response; true: it has responded. */
    answer: (_request: IncomingMessage, _response: ServerResponse): boolean => false,
    /** Sends part of the body; may wait, or break the connection. */
    async send(body: Buffer, response: ServerResponse): Promise<void> {
      response.end(body);
    },
  };
  const server = createServer((request, response) => {
    const asked = request.headers.range;
    origin.asked.push(asked ?? "whole");
    if (origin.answer(request, response)) return;
    const isSame = request.headers["if-range"] === undefined || request.headers["if-range"] === origin.etag;
    const range = origin.takesRanges && isSame ? parseRange(asked, origin.bytes.length) : null;
    if (range === "unsatisfiable") {
      response.writeHead(416).end();
      return;
    }
    const { start, end } = range ?? { start: 0, end: origin.bytes.length };
    response.writeHead(range ? 206 : 200, {
      "content-length": end - start,
      "content-type": "video/mp4",
      ...(origin.takesRanges && { "accept-ranges": "bytes" }),
      ...(origin.etag !== null && { etag: origin.etag }),
      ...(range && { "content-range": `bytes ${start}-${end - 1}/${origin.bytes.length}` }),
    });
    response.flushHeaders();
    origin.send(origin.bytes.subarray(start, end), response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(origin, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/clip.mp4`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
