/**
 * Corrects fake-gcs-server (1.56.1) where it differs from Cloud Storage. It appends a repeated chunk of a
 * resumable upload again, ends the upload when a client asks how much arrived, and forgets a complete
 * session. It also removes an object whatever the request's `ifGenerationMatch`. All other requests pass
 * through.
 */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** One upload: what the server has of it, or how it ended. */
interface Session {
  sizeBytes: number;
  end: Answer | null;
  /** Requests of one session are served in order. */
  last: Promise<unknown>;
}

/** Cloud Storage keeps whole blocks of a chunk that breaks off. */
const BLOCK_BYTES = 256 * 1024;

export async function serveCorrected(target: string): Promise<AsyncDisposable & { url: string }> {
  const { hostname, port } = new URL(target);
  const sessions = new Map<string, Session>();

  const server = createServer((incoming, answer) => {
    const url = new URL(incoming.url ?? "/", target);
    if (incoming.method === "DELETE" && url.searchParams.has("ifGenerationMatch")) {
      removeGeneration(url).then(
        ({ status, headers, body }) => answer.writeHead(status, headers).end(body),
        () => answer.destroy(),
      );
      return;
    }
    const id = url.searchParams.get("upload_id");
    if (incoming.method !== "PUT" || id === null) return passThrough(incoming, answer);
    const session = sessions.get(id) ?? { sizeBytes: 0, end: null, last: Promise.resolve() };
    sessions.set(id, session);
    session.last = session.last.then(() => serve(session, incoming, answer)).catch(() => answer.destroy());
  });

  /** The server removes a named generation atomically, and answers 404 if the object has another one. */
  async function removeGeneration({ pathname, searchParams }: URL): Promise<Answer> {
    const generation = searchParams.get("ifGenerationMatch") ?? "";
    const removed = await send("DELETE", `${pathname}?${new URLSearchParams({ generation })}`);
    if (removed.status !== 404) return removed;
    const current = await send("GET", pathname);
    return current.status === 404 ? removed : { status: 412, headers: {}, body: Buffer.alloc(0) };
  }

  function passThrough(incoming: IncomingMessage, answer: ServerResponse): void {
    const { method = "GET", url = "/", headers } = incoming;
    const outgoing = request({ hostname, port, method, path: url, headers, agent: false }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.on("error", () => answer.destroy());
      reply.pipe(answer);
    });
    outgoing.on("error", () => answer.destroy());
    incoming.on("error", () => outgoing.destroy());
    incoming.pipe(outgoing);
  }

  async function serve(session: Session, incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(
      incoming.headers["content-range"] ?? "bytes 0-0/*",
    );
    const { bytes, isWhole } = await received(incoming);
    const total = isWhole ? (range?.[2] ?? "*") : "*";
    const at = range?.[1] === undefined ? session.sizeBytes : Number(range[1]);
    if (session.end === null && at <= session.sizeBytes) {
      const fresh = bytes.subarray(session.sizeBytes - at);
      const isEnd = total === String(session.sizeBytes + fresh.length);
      if (fresh.length > 0 || isEnd) await append(session, fresh, isEnd, incoming);
    }
    if (answer.destroyed) return;
    if (session.end !== null) {
      answer.writeHead(session.end.status, session.end.headers).end(session.end.body);
      return;
    }
    const kept = session.sizeBytes === 0 ? {} : { range: `bytes=0-${session.sizeBytes - 1}` };
    answer.writeHead(308, kept).end();
  }

  async function append(session: Session, fresh: Buffer, isEnd: boolean, { url, headers }: IncomingMessage) {
    const first = session.sizeBytes;
    const end = first + fresh.length;
    const span = fresh.length === 0 ? "*" : `${first}-${end - 1}`;
    const sent = { host: headers.host ?? "", "content-range": `bytes ${span}/${isEnd ? end : "*"}` };
    const reply = await send("PUT", url ?? "/", sent, fresh);
    session.sizeBytes = end;
    if (reply.status !== 308) session.end = reply;
  }

  function send(
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body: Buffer = Buffer.alloc(0),
  ): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const length = { "content-length": String(body.length) };
    const options = { hostname, port, method, path, headers: { ...headers, ...length }, agent: false };
    const outgoing = request(options, (reply) => {
      buffer(reply).then((all) => {
        const { "transfer-encoding": _, ...others } = reply.headers;
        const sized = { ...others, "content-length": String(all.length) };
        resolve({ status: reply.statusCode ?? 502, headers: sized, body: all });
      }, reject);
    });
    outgoing.on("error", reject);
    outgoing.end(body);
    return promise;
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The body of a chunk; of one that breaks off, its whole blocks. */
async function received(incoming: IncomingMessage): Promise<{ bytes: Buffer; isWhole: boolean }> {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of incoming as AsyncIterable<Buffer>) pieces.push(piece);
    return { bytes: Buffer.concat(pieces), isWhole: true };
  } catch {
    const all = Buffer.concat(pieces);
    return { bytes: all.subarray(0, all.length - (all.length % BLOCK_BYTES)), isWhole: false };
  }
}
