/** Uploads in the console, over a line so slow that there is time to pause, cancel and reload. */
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hasNoChromium, takePicture, whyNoChromium as where } from "../kit/chromium.ts";
import { type ConsoleKit, startConsole } from "../kit/console.ts";
import { makeTestClip } from "../kit/test-clip.ts";

const browserTest = test.skipIf(hasNoChromium);
const patience = { timeout: 60_000, interval: 100 };
/** A picture of one pixel. */
const dot = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
let kit: ConsoleKit;

beforeAll(async () => {
  if (!hasNoChromium) kit = await startConsole({ workers: 0 });
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
  `an upload can be paused and resumed, and canceling it deletes the video as well${where}`,
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
  `a script is edited beside its video, which plays while it is drawn; an error is shown at its line${where}`,
  async () => {
    await using _worker = await kit.system.startWorker();
    const page = await kit.open();
    await page.getByRole("button", { name: "Add videos" }).first().click();
    await page.getByRole("link", { name: "Animate a Manim script" }).click();
    await page.getByRole("heading", { name: "Animate", level: 1 }).waitFor();
    const field = (name: string) => page.getByRole("textbox", { name, exact: true });
    const editor = field("Script");
    const render = () => page.getByRole("button", { name: "Render" }).click();
    await expect.poll(() => editor.textContent(), patience).toContain("class Lesson(Scene)");
    await field("Title").fill("Lesson");
    await page.getByText("Settings: 720p, 30 fps").click();
    await page.getByLabel("Quality").selectOption("LOW");
    const files = ["logo.png", "other.png"].map((name) => ({ name, mimeType: "image/png", buffer: dot }));
    await page.getByLabel("Pictures, fonts and audio to upload").setInputFiles(files);
    const materials = page.getByRole("list", { name: "Materials" });
    await materials.getByText("other.png").waitFor();
    await page.getByRole("button", { name: "Remove other.png" }).click();
    expect(await materials.getByRole("listitem").locator("code").allTextContents()).toEqual(["logo.png"]);

    // One record a line. The script fails at its line 3.
    const toScript = (records: readonly object[]) =>
      `[${records.map((record) => JSON.stringify(record)).join(",\n")}]`;
    const frames = Array.from({ length: 30 }, (_, index) => ({ frame: [index * 8, 80, 160] }));
    const failed = { type: "failed", code: "SCRIPT_FAILED", message: "NameError: name 'Cricle'" };
    await editor.fill(
      toScript([
        { step: "Create(Circle)" },
        { waitMs: 1 },
        { event: { ...failed, line: 3, column: 4, traceback: "" } },
      ]),
    );
    const problems = page.getByRole("list", { name: "Problems" });
    const errors = () => problems.getByRole("listitem").allTextContents();
    const scene = page.getByRole("combobox", { name: "Scene" });
    await scene.fill("not a class");
    await render();
    await page.getByRole("alert").getByText("is not the name of a Python class").waitFor();
    await scene.fill("");
    // Found by a check, which follows a pause in typing.
    await expect.poll(errors, patience).toEqual(["Line 3NameError: name 'Cricle'"]);
    await page.locator(".cm-line").nth(2).locator(".cm-lintRange-error").waitFor();
    await page.getByText("1 error.").waitFor();
    await scene.selectOption("GenScene");
    await render();
    const stage = page.getByRole("region", { name: "Video" });
    await stage.locator(".notice").getByText("line 3, column 4: NameError").waitFor();
    expect(await errors()).toEqual(["Line 3NameError: name 'Cricle'"]);
    await takePicture(page, "animate-error");
    await problems.getByRole("button", { name: "Line 3" }).click();
    const focused = () => page.evaluate("document.activeElement.className");
    await expect.poll(focused, patience).toContain("cm-content");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    expect(await focused()).not.toContain("cm-content");

    // The worker draws slowly enough for the page to show both animations.
    const wait = (waitMs: number) => ({ waitMs });
    const script = toScript([
      ...[{ step: "Create(Circle)" }, ...frames, wait(4_000)],
      ...[{ step: "Wait" }, ...frames, wait(1_500)],
    ]);
    await editor.fill(script);
    // Kept by the page, however briefly it shows each.
    await page.evaluate(`(() => {
      const seen = (window.animations = new Set());
      const look = () => {
        for (const [text] of document.body.textContent.matchAll(/Animation \\d of \\d: (?:Create\\(Circle\\)|Wait)/g)) seen.add(text);
      };
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
    })()`);
    await editor.press("Control+Enter");
    await stage.getByRole("group", { name: "Player: Lesson" }).waitFor();
    const animations = () => page.evaluate<string[]>("[...window.animations]");
    await expect
      .poll(animations, patience)
      .toEqual(expect.arrayContaining(["Animation 1 of 2: Create(Circle)", "Animation 2 of 2: Wait"]));
    await takePicture(page, "animate");
    const seconds = () =>
      page.locator("reelay-player video").evaluate((video) => (video as HTMLVideoElement).currentTime);
    await expect.poll(seconds, patience).toBeGreaterThan(0.5);
    const badge = () => stage.locator(".stage-head .badge").textContent();
    await expect.poll(badge, patience).toBe("Ready");
    await page.getByText("GenScene: 2 animations, 0:04").waitFor();
    expect(await errors()).toEqual([]);

    await editor.press("End");
    await editor.pressSequentially(" ");
    await page.reload();
    await expect.poll(badge, patience).toBe("Ready");
    const drawn = await kit.system.db.video.findMany({
      where: { title: "Lesson" },
      include: { source: true },
    });
    const used = { materials: [expect.objectContaining({ filename: "logo.png" })] };
    expect(drawn.map(({ source }) => source?.params)).toEqual([
      expect.objectContaining(used),
      expect.objectContaining(used),
    ]);
    await page.getByRole("link", { name: "Version 1" }).click();
    await expect.poll(badge, patience).toBe("Failed");
    await page.getByRole("link", { name: "Version 2" }).click();
    await page.getByRole("link", { name: "Open the video" }).click();
    await page.getByText("Script", { exact: true }).click();
    expect(await page.getByRole("group", { name: "Script" }).textContent()).toBe(script);
    await page.getByRole("link", { name: "Edit the script" }).click();
    await expect.poll(() => page.locator(".cm-line").count(), patience).toBeGreaterThan(20);
    expect(await field("Title of a copy").inputValue()).toBe("Lesson");
    expect(await page.getByText("Settings: 480p, 15 fps").count()).toBe(1);
    await page.locator(".cm-content").press("Control+End");
    await page.locator(".cm-content").pressSequentially("  ");
    await page.getByRole("button", { name: "Update the video" }).click();
    await page.waitForURL(/video=/);
    await takePicture(page, "script-corrected");
    const corrected = { title: "Lesson", edition: 2 };
    await expect.poll(() => kit.system.db.video.count({ where: corrected }), patience).toBe(1);
    await page.close();
  },
);

browserTest(
  `after a reload, choosing the same file again resumes the upload of the same video${where}`,
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

browserTest(`an upload without a connection reports it, retries and completes${where}`, async () => {
  const page = await kit.open();
  await page.route("**/uploads/**", (route) => route.abort("connectionreset"));
  await addFiles(page, [await clip("broken.mp4")]);
  await expect.poll(() => badge(page, "broken"), patience).toBe("Connecting");
  await page.unroute("**/uploads/**");
  await expect.poll(() => badge(page, "broken"), patience).toBe("Uploaded");
  await page.close();
});

browserTest(`no page violated its security policy or logged an error${where}`, () => {
  expect(kit.complaints).toEqual([]);
});
