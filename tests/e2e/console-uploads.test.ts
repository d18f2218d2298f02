/** Uploads in the console, over a line so slow that there is time to pause, cancel and reload. */
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hasNoChromium, takePicture, whyNoChromium as where } from "../kit/chromium.ts";
import { type ConsoleKit, startConsole } from "../kit/console.ts";
import { makeTestClip } from "../kit/test-clip.ts";

const browserTest = test.skipIf(hasNoChromium);
const patience = { timeout: 60_000, interval: 100 };
let kit: ConsoleKit;

beforeAll(async () => {
  if (!hasNoChromium) kit = await startConsole();
});
afterAll(() => kit?.[Symbol.asyncDispose]());

/** A few megabytes. */
const clip = (name: string) =>
  makeTestClip(join(kit.system.directory, name), { seconds: 8, size: "1280x720" });

/** Bytes per second that the page may send; -1: as many as it can. */
async function limitUpload(page: Page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Network.enable");
  return (uploadThroughput: number) =>
    devtools.send("Network.emulateNetworkConditions", {
      ...{ offline: false, latency: 0, downloadThroughput: -1, uploadThroughput },
    });
}

async function addFiles(page: Page, files: string[]): Promise<void> {
  await page.getByRole("button", { name: "Add videos" }).first().click();
  await page.locator("dialog input[type=file]").setInputFiles(files);
}

const tray = (page: Page, name: string) =>
  page.getByRole("region", { name: "Uploads" }).getByRole("listitem").filter({ hasText: name });
const percent = async (page: Page, name: string) =>
  Number(await tray(page, name).getByRole("progressbar").getAttribute("aria-valuenow"));
const badge = (page: Page, name: string) => tray(page, name).locator(".badge").textContent();
const line = (page: Page, title: string) =>
  page.getByRole("list", { name: "Videos" }).getByRole("listitem").filter({ hasText: title });

browserTest(
  `an upload is paused and goes on; one that is canceled is gone with its video${where}`,
  async () => {
    const page = await kit.open();
    const limit = await limitUpload(page);
    await limit(200_000);
    await addFiles(page, [await clip("paused.mp4"), await clip("canceled.mp4")]);
    for (const name of ["paused", "canceled"])
      await expect.poll(() => percent(page, name), patience).toBeGreaterThan(0);
    await page.getByRole("button", { name: "Pause paused.mp4" }).click();
    await expect.poll(() => badge(page, "paused"), patience).toBe("Paused");
    const paused = await percent(page, "paused");
    expect(paused).toBeLessThan(100);
    await takePicture(page, "uploads");
    await line(page, "canceled").waitFor();
    await page.getByRole("button", { name: "Cancel canceled.mp4" }).click();
    await line(page, "canceled").waitFor({ state: "detached" });
    expect(await tray(page, "canceled").count()).toBe(0);
    expect([await badge(page, "paused"), await percent(page, "paused")]).toEqual(["Paused", paused]);

    await limit(-1);
    await page.getByRole("button", { name: "Resume paused.mp4" }).click();
    await expect.poll(() => badge(page, "paused"), patience).toBe("Uploaded");
    await expect
      .poll(() => line(page, "paused").locator(".badge").textContent(), patience)
      .not.toBe("Awaiting upload");
    await page.close();
  },
);

browserTest(
  `after a reload the same file goes on into the same video, from where it was${where}`,
  async () => {
    const file = await clip("reloaded.mp4");
    const page = await kit.open();
    page.on("dialog", (dialog) => void dialog.accept());
    const limit = await limitUpload(page);
    await limit(300_000);
    await addFiles(page, [file]);
    await expect.poll(() => percent(page, "reloaded"), patience).toBeGreaterThan(10);
    await page.reload();
    await page.getByRole("heading", { name: "Library" }).waitFor();
    await line(page, "reloaded").getByText("Awaiting upload").waitFor();

    await limit(-1);
    const offsets: number[] = [];
    page.on("request", (request) => {
      if (request.method() === "PATCH") offsets.push(Number(request.headers()["upload-offset"]));
    });
    await addFiles(page, [file]);
    await tray(page, "reloaded").getByText("resumed").waitFor();
    await expect.poll(() => badge(page, "reloaded"), patience).toBe("Uploaded");
    expect(offsets[0]).toBeGreaterThan(0);
    expect(await line(page, "reloaded").count()).toBe(1);
    expect(await kit.system.db.video.count({ where: { title: "reloaded" } })).toBe(1);

    // It is there: chosen once more it is another video.
    await addFiles(page, [file]);
    await expect.poll(() => kit.system.db.video.count({ where: { title: "reloaded" } }), patience).toBe(2);
    await page.close();
  },
);

browserTest(`an upload that gets no connection says so, tries again and ends by itself${where}`, async () => {
  const page = await kit.open();
  await page.route("**/uploads/**", (route) => route.abort("connectionreset"));
  await addFiles(page, [await clip("broken.mp4")]);
  await expect.poll(() => badge(page, "broken"), patience).toBe("Connecting");
  await page.unroute("**/uploads/**");
  await expect.poll(() => badge(page, "broken"), patience).toBe("Uploaded");
  await page.close();
});

browserTest(`no page broke its own security policy or complained${where}`, () => {
  expect(kit.complaints).toEqual([]);
});
