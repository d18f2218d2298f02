/** Runs every snippet of the README unchanged. */
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { Webhook as StandardWebhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort, type System, startSystem } from "../../../tests/kit/index.ts";
import { makeTestClip } from "../../../tests/kit/test-clip.ts";
import { createSnippetFolder, readSnippets, startSnippet } from "../../testing/run-snippets.ts";

const root = join(import.meta.dirname, "..");
let held: AsyncDisposableStack;
let system: System;
let folder: string;
let snippets: string[];

beforeAll(async () => {
  await using stack = new AsyncDisposableStack();
  system = stack.use(await startSystem());
  ({ folder } = stack.use(await createSnippetFolder(root)));
  snippets = await readSnippets(join(root, "README.md"));
  const clip = await makeTestClip(join(system.directory, "clip.mp4"), { seconds: 3, size: "320x180" });
  await copyFile(clip, join(folder, "video.mp4"));
  held = stack.move();
});
afterAll(() => held?.disposeAsync());

const snippetWith = (words: string): string => {
  const found = snippets.find((code) => code.includes(words));
  if (found === undefined) throw new Error(`The README has no snippet with ${words}.`);
  return found.replaceAll("http://127.0.0.1:4000", system.api.url);
};
const run = (words: string, env: Record<string, string> = {}) =>
  startSnippet(folder, snippetWith(words), { REELAY_API_KEY: system.client.token, ...env });

test("a file is uploaded, watched, and plays", async () => {
  const printed = await (await run("uploadVideo")).done;
  const last = printed.trim().split("\n").at(-1);
  expect(last).toMatch(/^READY 100 % http.*master\.m3u8$/);
});

test("an expected failure is recognized by its type", async () => {
  expect(await (await run("InvalidInputError")).done).toBe("title TITLE_INVALID\n");
});

test("the log is read from its beginning", async () => {
  expect(await (await run("client.changes")).done).toMatch(/^video\.ready null 20/);
});

test("a list is read with a ready document", async () => {
  expect(await (await run("VideosDocument, {")).done).toMatch(/^video\.mp4|^Bunny http/);
});

test("a list is watched until the loop ends", async () => {
  const watching = await run("client.watchList");
  await expect.poll(() => watching.printed()).toMatch(/^Bunny READY 100 %$/m);
  watching.kill();
});

test("a signed webhook is accepted, an unsigned one refused", async () => {
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const port = await freePort();
  const receiver = await run("verifyWebhook", { REELAY_WEBHOOK_SECRET: secret, PORT: String(port) });
  const body = JSON.stringify({
    type: "video.ready",
    timestamp: "2026-11-21T05:00:00Z",
    data: { videoId: "v1" },
  });
  const at = new Date();
  const send = (text: string) =>
    fetch(`http://127.0.0.1:${port}`, {
      method: "POST",
      body: text,
      headers: {
        "webhook-id": "msg_1",
        "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
        "webhook-signature": new StandardWebhook(secret).sign("msg_1", at, body),
      },
    }).then(({ status }) => status);
  await expect.poll(() => send(body).catch(() => 0)).toBe(204);
  expect(await send(`${body} `)).toBe(400);
  await expect.poll(() => receiver.printed()).toContain("ready: v1");
  receiver.kill();
});

test("these tests run every snippet of the page", () => {
  expect(snippets).toHaveLength(6);
});
