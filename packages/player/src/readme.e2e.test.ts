/** Runs the README's examples in a real Chromium, unchanged except for URLs. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hasNoChromium, startChromium, whyNoChromium as where } from "../../../tests/kit/chromium.ts";
import { type System, startSystem } from "../../../tests/kit/index.ts";
import { makeTestClip } from "../../../tests/kit/test-clip.ts";
import { bundle, serveFiles } from "../../testing/site.ts";

const browserTest = test.skipIf(hasNoChromium);

let held: AsyncDisposableStack;
let system: System;
let context: BrowserContext;
let readme: string;
let id: string;
let hlsUrl: string;
let page: { html: string; script: string };
let pageUrl: string;

beforeAll(async () => {
  if (hasNoChromium) return;
  await using stack = new AsyncDisposableStack();
  readme = await readFile(join(import.meta.dirname, "../README.md"), "utf8");
  system = stack.use(await startSystem());
  const clip = await makeTestClip(join(system.directory, "clip.mp4"), { seconds: 6, size: "320x180" });
  id = await system.client.upload(clip);
  await system.client.watch(id, ({ status }) => status === "PLAYABLE" || status === "READY");
  ({
    playback: { hlsUrl },
  } = await system.client.video(id));
  const server = stack.use(await serveFiles((path) => (path === "page.js" ? page.script : page.html)));
  pageUrl = server.url;
  ({ context } = stack.use(await startChromium()));
  held = stack.move();
});
afterAll(() => held?.disposeAsync());

function snippet(language: string, words: string): string {
  const blocks = [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))];
  const found = blocks.map(([, code = ""]) => code).find((code) => code.includes(words));
  if (found === undefined) throw new Error(`The README has no ${language} with ${words}.`);
  return found;
}

async function open(html: string, script: string): Promise<Page> {
  page = {
    html: `<!doctype html><html lang="en"><meta charset="utf-8"><title>Page</title><body>${html}`,
    script: await bundle({ text: script, folder: import.meta.dirname }),
  };
  const opened = await context.newPage();
  await opened.goto(pageUrl);
  return opened;
}

const untilPlayed = async (opened: Page) => {
  const time = () =>
    opened.locator("reelay-player video").evaluate((video) => (video as HTMLVideoElement).currentTime);
  await expect.poll(time, { timeout: 60_000 }).toBeGreaterThan(1);
};

browserTest(`the element plays a video by its id and the API's address${where}`, async () => {
  const html = snippet("html", "video-id")
    .replace("VmlkZW86…", id)
    .replace("https://reelay.example", system.api.url);
  const [, script = ""] = /<script type="module">([\s\S]*?)<\/script>/.exec(html) ?? [];
  const rest = html.replace(/<script[\s\S]*?<\/script>/, "");
  const opened = await open(`${rest}<script type="module" src="page.js"></script>`, script);
  await expect.poll(() => opened.locator("reelay-player video").count()).toBe(1);
  await opened.locator("media-play-button").click();
  await untilPlayed(opened);
  await opened.close();
});

browserTest(`React's component plays a stream and reports its status${where}`, async () => {
  const code = snippet("tsx", "createRoot").replace(/https:\/\/reelay\.example\/[^"]*/, hlsUrl);
  const said: string[] = [];
  context.on("console", (message) => said.push(message.text()));
  const opened = await open(`<script type="module" src="page.js"></script>`, code);
  await untilPlayed(opened);
  await expect.poll(() => said.at(-1), { timeout: 60_000 }).toBe("READY 1");
  await opened.close();
});
