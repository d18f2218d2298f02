/**
 * Webhooks as a person manages them: in a real browser, with a real receiver that does not always take what
 * it is sent.
 */
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startReceiver } from "../../src/webhooks/testing/receiver.ts";
import { hasNoChromium, whyNoChromium as where } from "../kit/chromium.ts";
import { type ConsoleKit, startConsole } from "../kit/console.ts";
import { makeTestClip } from "../kit/test-clip.ts";

const browserTest = test.skipIf(hasNoChromium);
const patience = { timeout: 90_000, interval: 200 };
let held: AsyncDisposableStack;
let kit: ConsoleKit;
let receiver: Awaited<ReturnType<typeof startReceiver>>;

beforeAll(async () => {
  if (hasNoChromium) return;
  await using stack = new AsyncDisposableStack();
  receiver = stack.use(await startReceiver());
  kit = stack.use(await startConsole());
  held = stack.move();
});
afterAll(() => held?.disposeAsync());

const state = (page: Page) => page.locator(".page-head .badge");
const deliveries = (page: Page, type: string) =>
  page.getByRole("list", { name: "Deliveries" }).getByRole("listitem", { name: type });
/** The words of the first delivery of that type. */
const words = (page: Page, type: string) =>
  deliveries(page, type).first().locator("summary").first().textContent();
const idsOf = (type: string) => receiver.received.filter((each) => each.type === type).map(({ id }) => id);
let secret = "";

browserTest(
  `a new endpoint shows its secret once, and a test message arrives signed with it${where}`,
  async () => {
    const page = await kit.open("/webhooks");
    await page.getByText("No webhook endpoints yet").waitFor();
    await page.getByRole("button", { name: "Add an endpoint" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Address").fill("http://10.0.0.1/hook");
    await dialog.getByLabel("Selected events").check();
    await dialog.getByRole("button", { name: "Add the endpoint" }).click();
    await dialog.getByText("Select at least one event").waitFor();
    await dialog.getByLabel("video.*").check();
    await dialog.getByRole("button", { name: "Add the endpoint" }).click();
    // The API's own sentences: where nothing may be sent, which event there is not.
    await dialog.getByText(/10\.0\.0\.1/).waitFor();
    await dialog.getByLabel("Address").fill(receiver.url);
    await dialog.getByLabel("Others").fill("job.done");
    await dialog.getByRole("button", { name: "Add the endpoint" }).click();
    await dialog.getByText(/there is no event "job.done"/).waitFor();
    await dialog.getByLabel("Others").fill("job.failed");
    await dialog.getByLabel("Description").fill("CMS");
    await dialog.getByRole("button", { name: "Add the endpoint" }).click();
    secret = (await dialog.locator(".command code").textContent()) ?? "";
    expect(secret).toMatch(/^whsec_/);
    await dialog.getByRole("button", { name: "I’ve saved it" }).click();
    await page.getByRole("heading", { level: 1, name: receiver.url }).waitFor();
    await page.getByText(`whsec_…${secret.slice(-5, -1)}`).waitFor();
    expect(await page.content()).not.toContain(secret);

    await page.getByRole("button", { name: "Send a test" }).click();
    await expect.poll(() => words(page, "webhook.test"), patience).toMatch(/Delivered.*HTTP 204/);
    expect(receiver.verified(secret).map(({ type }) => type)).toEqual(["webhook.test"]);
    await page.close();
  },
);

browserTest(
  `a failing receiver is shown with its responses, and failed messages can be sent again${where}`,
  async () => {
    const page = await kit.open("/webhooks");
    await page.getByRole("link", { name: receiver.url }).click();
    receiver.answer = (_, response) => {
      response.writeHead(500, { "content-type": "text/html" }).end("<h1>Out of order</h1>");
    };
    await page.getByRole("button", { name: "Send a test" }).click();
    // A test message is sent once, without retries.
    await expect.poll(() => words(page, "webhook.test"), patience).toMatch(/Failed.*HTTP 500/);
    await kit.system.client.upload(
      await makeTestClip(join(kit.system.directory, "clip.mp4"), { seconds: 2 }),
      { title: "clip" },
    );
    await expect.poll(() => words(page, "video.created"), patience).toMatch(/Retrying.*HTTP 500.*next in/);
    await expect.poll(() => state(page).textContent(), patience).toBe("Failing");
    await page.getByText("Failing; first failure").waitFor();

    const created = deliveries(page, "video.created").first();
    await created.locator("summary").first().click();
    await created.getByText("Request and response").first().click();
    await created.getByText("webhook-signature: v1,").waitFor();
    await created.getByText("Out of order").first().waitFor();
    await created.getByText("Body, the same in every attempt").click();
    await created.getByText('"type": "video.created"').waitFor();

    receiver.answer = (_, response) => void response.writeHead(204).end();
    const test = deliveries(page, "webhook.test").first();
    await test.getByRole("button", { name: "Redeliver webhook.test" }).click();
    await expect.poll(() => words(page, "webhook.test"), patience).toMatch(/Delivered.*HTTP 204.*2 attempts/);
    const [first, ...others] = idsOf("webhook.test").slice(1);
    expect(others).toEqual([first]);
    // Waiting messages would be retried automatically some minutes later.
    await created.getByRole("button", { name: /video\.created$/ }).click();
    await expect.poll(() => words(page, "video.created"), patience).toMatch(/Delivered/);
    const [id, ...repeats] = idsOf("video.created");
    expect(repeats.length).toBeGreaterThan(0);
    expect(repeats.every((repeat) => repeat === id)).toBe(true);
    await expect.poll(() => state(page).textContent(), patience).toBe("Enabled");
    await page.getByRole("button", { name: "Failed", exact: true }).click();
    await page.getByText("No failed deliveries.").waitFor();
    receiver.verified(secret);
    await page.close();
  },
);

browserTest(`during a secret rotation, messages verify with both secrets${where}`, async () => {
  const page = await kit.open("/webhooks");
  await page.getByRole("link", { name: receiver.url }).click();
  await page.getByRole("button", { name: "Rotate secret" }).click();
  await page.getByRole("button", { name: "Create new secret" }).click();
  const next = (await page.locator("dialog .command code").textContent()) ?? "";
  await page.getByRole("button", { name: "I’ve saved it" }).click();
  expect(next).not.toBe(secret);
  await page.getByText(`whsec_…${next.slice(-5, -1)}`).waitFor();
  await page.getByText(/expires in (?:1 d|2[34] h)/).waitFor();
  receiver.received.length = 0;
  await page.getByRole("button", { name: "Send a test" }).click();
  // Messages that the receiver refused before are retried meanwhile.
  await expect.poll(() => idsOf("webhook.test").length, patience).toBe(1);
  expect(receiver.verified(secret)).toEqual(receiver.verified(next));
  await page.close();
});

browserTest(`an endpoint's edits, status changes and deletion appear in another tab${where}`, async () => {
  const [page, other] = [await kit.open("/webhooks"), await kit.open("/webhooks")];
  await page.getByRole("link", { name: receiver.url }).click();
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByLabel("All events", { exact: true }).check();
  await page.getByLabel("Description").fill("Website");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("all events", { exact: true }).waitFor();
  await other.getByText("Website").waitFor(patience);

  await page.getByRole("button", { name: "Disable" }).click();
  await page.getByRole("button", { name: "Disable endpoint" }).click();
  await page.getByText("Nothing is sent: it was disabled").waitFor();
  expect(await state(page).textContent()).toBe("Disabled");
  await expect.poll(() => other.locator(".endpoint .badge").textContent(), patience).toBe("Disabled");
  await page.getByRole("button", { name: "Enable" }).click();
  await page.getByLabel(/Skip them/).check();
  await page.getByRole("button", { name: "Enable it" }).click();
  await expect.poll(() => state(page).textContent(), patience).toBe("Enabled");

  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Delete the endpoint" }).click();
  await page.getByText("No webhook endpoints yet").waitFor(patience);
  await other.getByText("No webhook endpoints yet").waitFor(patience);
  await Promise.all([page.close(), other.close()]);
});

browserTest(`no page violated its security policy or logged an error${where}`, () => {
  expect(kit.complaints).toEqual([]);
});
