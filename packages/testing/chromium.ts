/** A real Chromium and a page of another origin than the API's, for the packages' tests. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { chromium, type Page } from "playwright-core";

const { CI, CHROMIUM_PATH } = process.env;
const executablePath = CHROMIUM_PATH ?? "/usr/bin/chromium";

/** Why there is no browser here; undefined if there is. On CI there is no excuse. */
export const whyNoChromium =
  CI || existsSync(executablePath) ? undefined : `no Chromium at ${executablePath}; set CHROMIUM_PATH`;

const FLAGS =
  "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

export async function startChromium(options: { isMobile?: boolean } = {}) {
  await using stack = new AsyncDisposableStack();
  const profile = stack.adopt(await mkdtemp(join(tmpdir(), "reelay-chromium-")), (path) =>
    rm(path, { recursive: true, force: true, maxRetries: 5 }),
  );
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: FLAGS.split(" "),
    ...(options.isMobile && { isMobile: true, hasTouch: true, viewport: { width: 390, height: 844 } }),
  });
  stack.defer(() => context.close());
  const held = stack.move();
  return { context, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

/** For people's eyes: a PNG in the folder that `REELAY_PICTURES` names, and none without it. */
export async function takePicture(page: Page, name: string): Promise<void> {
  const folder = process.env["REELAY_PICTURES"];
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`) });
}

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
