/** A page of another origin than the API's, for the packages' tests. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type BuildOptions, build } from "esbuild";

/** Serves what `files` gives for a path (without the slash), with its media type by its ending. */
export async function serveFiles(files: (path: string) => string | Uint8Array | undefined) {
  const types: Record<string, string> = {
    "": "text/html",
    html: "text/html",
    js: "text/javascript",
    vtt: "text/vtt",
    m3u8: "application/vnd.apple.mpegurl",
    mp4: "video/mp4",
    m4s: "video/iso.segment",
    jpg: "image/jpeg",
    json: "application/json",
  };
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://x").pathname.slice(1));
    const body = files(path);
    response.setHeader("access-control-allow-origin", "*");
    if (body === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader("content-type", types[path.split(".")[1] ?? ""] ?? "application/octet-stream");
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** One script for a browser, of a file or of text that imports the packages by their names. */
export async function bundle(entry: { file: string } | { text: string; folder: string }): Promise<string> {
  const from: BuildOptions =
    "file" in entry
      ? { entryPoints: [entry.file] }
      : { stdin: { contents: entry.text, resolveDir: entry.folder, loader: "tsx" } };
  const { outputFiles } = await build({
    ...from,
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2022",
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
}
