import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Clip } from "./clips.ts";

export interface FileServer extends AsyncDisposable {
  /**
   * A separate URL for a clip. `lastsMs` makes the transfer that slow, `onlyOnce` limits this to the first
   * request: the attempt takes long without using CPU.
   */
  urlOf(clip: Clip, lastsMs?: number, onlyOnce?: boolean): string;
}

/** Serves clips on loopback as sources by URL. */
export async function serveClips(clips: readonly Clip[]): Promise<FileServer> {
  const contents = new Map<string, Buffer>();
  for (const { name, path } of clips) contents.set(`/${name}`, await readFile(path));
  const stopped = new AbortController();
  const asked = new Set<string | undefined>();
  let number = 0;
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const content = contents.get(pathname);
    if (content === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": "video/mp4", "content-length": content.length });
    const isQuick = searchParams.has("onlyOnce") && asked.has(request.url);
    asked.add(request.url);
    const lastsMs = isQuick ? 0 : Number(searchParams.get("lastsMs"));
    void drip(response, content, lastsMs, stopped.signal).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    urlOf: ({ name }, lastsMs = 0, onlyOnce = false) =>
      `http://127.0.0.1:${port}/${name}?n=${(number += 1)}&lastsMs=${lastsMs}${onlyOnce ? "&onlyOnce" : ""}`,
    async [Symbol.asyncDispose]() {
      stopped.abort();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const STEP_MS = 200;

async function drip(response: ServerResponse, content: Buffer, lastsMs: number, signal: AbortSignal) {
  const steps = Math.max(1, Math.ceil(lastsMs / STEP_MS));
  const size = Math.ceil(content.length / steps);
  for (let from = 0; from < content.length && !response.destroyed; from += size) {
    response.write(content.subarray(from, from + size));
    if (steps > 1) await delay(STEP_MS, undefined, { signal });
  }
  response.end();
}
