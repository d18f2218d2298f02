/** An upload in a real Chromium, with the page reloaded midway. */
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hasNoChromium, startChromium, whyNoChromium as where } from "../../../tests/kit/chromium.ts";
import { type System, startSystem } from "../../../tests/kit/index.ts";
import { makeTestClip } from "../../../tests/kit/test-clip.ts";
import { createProxy, type Proxy } from "../../testing/proxy.ts";
import { bundle, serveFiles } from "../../testing/site.ts";

const browserTest = test.skipIf(hasNoChromium);

let held: AsyncDisposableStack;
let system: System;
let proxy: Proxy;
let pageUrl: string;
let context: Awaited<ReturnType<typeof startChromium>>["context"];

/**
 * As in the README: an interrupted upload is resumed; otherwise the file goes to the URL in the page's own
 * URL.
 */
const script = `
  import { findUpload, upload } from "@reelay/upload";
  document.querySelector("input").addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    const kept = findUpload(file);
    const url = new URLSearchParams(location.search).get("to");
    document.body.dataset.kept = kept ? "yes" : "no";
    const handle = upload(file, kept ?? { url, protocol: "TUS", chunkBytes: 65536, onProgress: ({ sentBytes }) => {
      document.body.dataset.sent = sentBytes;
    } });
    await handle.done;
    document.body.dataset.state = "done";
  });
`;

beforeAll(async () => {
  if (hasNoChromium) return;
  await using stack = new AsyncDisposableStack();
  system = stack.use(await startSystem({ workers: 0 }));
  proxy = stack.use(await createProxy(system.api.url));
  const bundled = await bundle({ text: script, folder: import.meta.dirname });
  const html = `<!doctype html><html lang="en"><title>Upload</title><body><input type="file"><script type="module" src="page.js"></script>`;
  const server = stack.use(await serveFiles((path) => (path === "page.js" ? bundled : html)));
  pageUrl = server.url;
  ({ context } = stack.use(await startChromium()));
  held = stack.move();
});
afterAll(() => held?.disposeAsync());

browserTest(`a reloaded page resumes the upload when the same file is chosen again${where}`, async () => {
  const path = await makeTestClip(join(system.directory, "clip.mp4"), { seconds: 4 });
  const { id, uploadUrl } = await system.client.createUpload(path);
  const page = await context.newPage();
  await page.goto(`${pageUrl}?to=${encodeURIComponent(proxy.through(uploadUrl))}`);
  const data = (name: string) => page.locator("body").getAttribute(`data-${name}`);

  const half = proxy.holdAfter(500_000);
  await page.locator("input").setInputFiles(path);
  await half;
  expect(await data("kept")).toBe("no");
  await page.reload();
  proxy.release();

  await page.locator("input").setInputFiles(path);
  await expect.poll(() => data("state"), { timeout: 90_000 }).toBe("done");
  expect(await data("kept")).toBe("yes");
  expect((await system.client.video(id)).status).not.toBe("AWAITING_SOURCE");
  expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
  await page.close();
});
