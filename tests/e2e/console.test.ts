/** The console as a person uses it: a real Chromium on a real system with two workers. */
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Prisma } from "../../prisma/generated/client.ts";
import { hasNoChromium, takePicture, whyNoChromium as where } from "../kit/chromium.ts";
import { type ConsoleKit, startConsole } from "../kit/console.ts";
import { makeTestClip } from "../kit/test-clip.ts";

const browserTest = test.skipIf(hasNoChromium);
const patience = { timeout: 120_000, interval: 200 };
let kit: ConsoleKit;

beforeAll(async () => {
  if (!hasNoChromium) kit = await startConsole();
});
afterAll(() => kit?.[Symbol.asyncDispose]());

const clip = (name: string, seconds: number, size = "640x360", isStreamable = true) =>
  makeTestClip(join(kit.system.directory, name), { seconds, size, isStreamable });

const keyOf = (id: string) => Buffer.from(id, "base64url").toString().split(":")[1] ?? "";

const pauseQueue = "mutation { pauseQueue { __typename } }";
const resumeQueue = "mutation { resumeQueue { __typename } }";

/** Chooses files in the window that adds videos. */
async function addFiles(page: Page, files: string[]): Promise<void> {
  await page.getByRole("button", { name: "Add videos" }).first().click();
  await page.locator("dialog input[type=file]").setInputFiles(files);
}

/** The line of a video in the library. */
const line = (page: Page, title: string) =>
  page.getByRole("list", { name: "Videos" }).getByRole("listitem").filter({ hasText: title });
/** The badge beside the title on a video's page. */
const stateOf = (page: Page) => page.locator(".page-head .badge");
const idIn = (page: Page) => decodeURIComponent(new URL(page.url()).pathname.split("/").at(-1) ?? "");
const untilText = (read: () => Promise<string | null>, text: string) =>
  expect.poll(read, patience).toBe(text);

/** From now on the page keeps what each progress bar has said, by the name of the bar. */
const recordBars = (page: Page) =>
  page.evaluate(`(() => {
    const seen = (window.bars = {});
    const look = () => {
      for (const bar of document.querySelectorAll("[role=progressbar]")) {
        const values = (seen[bar.getAttribute("aria-label")] ??= []);
        const value = Number(bar.getAttribute("aria-valuenow"));
        if (values.at(-1) !== value) values.push(value);
      }
    };
    look();
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributeFilter: ["aria-valuenow"] });
  })()`);
const barsOf = (page: Page) => page.evaluate<Record<string, number[]>>("window.bars");

/** Runs in the page, which has no types here. */
function play(video: object): unknown {
  Reflect.set(video, "muted", true);
  return Reflect.apply(Reflect.get(video, "play") as () => unknown, video, []);
}

browserTest(`a key in the address signs in and is removed from the address bar${where}`, async () => {
  const page = await kit.open();
  await page.getByRole("heading", { name: "Library" }).waitFor();
  expect(page.url()).toBe(`${kit.system.api.url}/`);
  await page.getByText("No videos yet").waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("API key").fill("rk_wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("This key is not valid").waitFor();
  await page.getByLabel("API key").fill(kit.system.client.token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Library" }).waitFor();
  await page.close();
});

browserTest(
  `with three clips, no variant's progress decreases, one plays before its job ends, and a reload agrees${where}`,
  async () => {
    const files = await Promise.all([
      clip("long.mp4", 32, "640x360", false),
      clip("short.mp4", 4),
      clip("other.mp4", 4),
    ]);
    const page = await kit.open();
    await addFiles(page, files);
    const uploads = page.getByRole("region", { name: "Uploads" });
    await expect.poll(() => uploads.getByText("Uploaded").count(), patience).toBe(3);
    for (const title of ["long", "short", "other"]) await line(page, title).getByRole("link").waitFor();

    await line(page, "long").getByRole("link", { name: "long" }).click();
    await page.getByRole("heading", { name: "long" }).waitFor();
    await recordBars(page);
    const id = idIn(page);
    await page.locator("video").waitFor({ timeout: patience.timeout });
    // Its last parts wait: the job must not end before the page has been looked at.
    await kit.system.client.ask(pauseQueue);
    await page.locator("reelay-player .badge").getByText("Processing").waitFor();
    await page.locator("video").evaluate(play);
    const time = () => page.locator("video").evaluate((video) => Number(Reflect.get(video, "currentTime")));
    await expect.poll(time, patience).toBeGreaterThan(1);
    const whilePlaying = await kit.system.client.video(id);
    expect(whilePlaying.jobs.edges[0].node.status).toBe("RUNNING");
    await kit.system.client.ask(resumeQueue);
    await uploads.getByRole("button", { name: "Clear" }).click();
    await takePicture(page, "console", "jpeg");

    const before = await barsOf(page);
    await page.reload();
    await page.getByRole("heading", { name: "long" }).waitFor();
    await recordBars(page);
    await untilText(() => stateOf(page).textContent(), "Ready");
    const after = await barsOf(page);
    const made = whilePlaying.variants.filter(({ status }: { status: string }) => status !== "SKIPPED");
    expect(made.length).toBeGreaterThan(2);
    for (const variant of made as { name: string }[]) {
      const name = `Progress of ${variant.name}`;
      const loads = [before[name] ?? [], after[name] ?? []];
      expect(loads.flat().length, `${name}: ${loads.join(" ")}`).toBeGreaterThan(2);
      for (const values of loads) expect(values, name).toEqual(values.toSorted((one, other) => one - other));
      expect(loads.flat().at(-1), name).toBe(100);
    }
    await page.getByRole("link", { name: "Library" }).first().click();
    for (const title of ["long", "short", "other"])
      await untilText(() => line(page, title).locator(".badge").textContent(), "Ready");
    await page.close();
  },
);

browserTest(`a job can be canceled and retried, and a single variant retried${where}`, async () => {
  const page = await kit.open();
  // The render begins when the button is there: it must not end before.
  await kit.system.client.ask(pauseQueue);
  await addFiles(page, [await clip("canceled.mp4", 16, "640x360", false)]);
  await line(page, "canceled").getByRole("link", { name: "canceled" }).first().click();
  const cancel = page.getByRole("button", { name: "Cancel job" });
  await cancel.waitFor(patience);
  await kit.system.client.ask(resumeQueue);
  await cancel.click();
  const job = page.getByRole("article", { name: "Job 1" });
  await untilText(() => job.locator(".job-head .badge").textContent(), "Canceled");
  await page.getByRole("button", { name: "Retry job" }).click();
  await untilText(() => stateOf(page).textContent(), "Ready");

  const videoId = keyOf(idIn(page));
  const encoderFailed = { code: "ENCODER_FAILED", message: "It broke.", scope: "WORKER", retriable: true };
  await kit.system.db.variant.update({
    where: { videoId_name: { videoId, name: "240p" } },
    data: { status: "FAILED", error: encoderFailed, playlist: Prisma.DbNull, readyAt: null },
  });
  await page.reload();
  const row = page.getByRole("row", { name: /^240p/ });
  await untilText(() => row.locator(".badge").textContent(), "Failed");
  await row.getByRole("button", { name: "Retry 240p" }).click();
  await untilText(() => row.locator(".badge").textContent(), "Ready");
  expect(await stateOf(page).textContent()).toBe("Ready");
  await page.close();
});

browserTest(`the console shows that it is offline and catches up when it reconnects${where}`, async () => {
  const page = await kit.open();
  await line(page, "short").waitFor();
  await kit.context.setOffline(true);
  await page.getByText("Connection lost.").waitFor();
  const id = await kit.system.client.upload(await clip("meanwhile.mp4", 2), { title: "meanwhile" });
  await kit.system.client.watch(id);
  await kit.context.setOffline(false);
  await page.getByText("Connection lost.").waitFor({ state: "detached" });
  await untilText(() => line(page, "meanwhile").locator(".badge").textContent(), "Ready");
  await page.close();
});

browserTest(`two tabs agree on a new title, a new video and a deleted video${where}`, async () => {
  const [one, other] = [await kit.open(), await kit.open()];
  await line(one, "other").getByRole("link", { name: "other" }).click();
  await one.getByRole("button", { name: "Edit" }).click();
  await one.getByLabel("Title").fill("renamed");
  await one.getByRole("button", { name: "Save" }).click();
  await line(other, "renamed").waitFor();

  await addFiles(other, [await clip("second-tab.mp4", 2)]);
  await one.getByRole("link", { name: "Library" }).first().click();
  await untilText(() => line(one, "second-tab").locator(".badge").textContent(), "Ready");

  await line(one, "renamed").getByRole("link", { name: "renamed" }).click();
  await one.getByRole("button", { name: "Delete" }).click();
  await one.getByRole("button", { name: "Delete the video" }).click();
  await line(other, "renamed").waitFor({ state: "detached" });
  await line(one, "second-tab").waitFor();
  expect(await line(one, "renamed").count()).toBe(0);
  await Promise.all([one.close(), other.close()]);
});

browserTest(`failed jobs are listed with their reason and can be retried${where}`, async () => {
  const page = await kit.open();
  await page.evaluate(`(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(["This is no video."], "letter.mp4", { type: "video/mp4" }));
    for (const type of ["dragenter", "drop"])
      document.body.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
  })()`);
  await untilText(() => line(page, "letter").locator(".badge").textContent(), "Failed");
  await page.getByRole("link", { name: "Failed" }).click();
  const failed = page.getByRole("list", { name: "Failed jobs" }).getByRole("listitem");
  await failed.filter({ hasText: "letter" }).getByText("SOURCE_").waitFor();
  await failed.getByRole("button", { name: "Retry letter" }).click();
  await page.getByText("Retrying 1 job.").waitFor();
  await page.close();
});

browserTest(`a new key is shown once, signs in, and is refused after it is revoked${where}`, async () => {
  const page = await kit.open("/keys");
  await page.getByRole("button", { name: "Create a key" }).click();
  await page.getByLabel("Name", { exact: true }).fill("reader");
  await page.getByRole("button", { name: "Create the key" }).click();
  const secret = await page.locator("dialog .command code").textContent();
  expect(secret).toMatch(/^rk_/);
  await page.getByRole("button", { name: "I’ve saved it" }).click();
  const reader = await kit.context.newPage();
  await reader.goto(`${kit.system.api.url}/queue#key=${secret}`);
  // Workers are shown to operators only.
  await reader.getByRole("heading", { name: "Queue", exact: true }).waitFor();
  expect(await reader.getByRole("button", { name: "Add videos" }).count()).toBe(0);
  await page.getByRole("button", { name: "Revoke reader" }).click();
  await page.getByRole("button", { name: "Revoke the key" }).click();
  await reader.getByText("This key is not valid").waitFor({ timeout: patience.timeout });
  await Promise.all([page.close(), reader.close()]);
});

browserTest(`no page violated its security policy or logged an error${where}`, () => {
  expect(kit.complaints).toEqual([]);
});
