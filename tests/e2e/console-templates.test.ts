/** Videos from data in the console: a real Chromium on a real system. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { hasNoChromium, takePicture, whyNoChromium as where } from "../kit/chromium.ts";
import { type ConsoleKit, startConsole } from "../kit/console.ts";

const browserTest = test.skipIf(hasNoChromium);
let kit: ConsoleKit;
beforeAll(async () => {
  if (!hasNoChromium) kit = await startConsole({ workers: 1 });
});
afterAll(() => kit?.[Symbol.asyncDispose]());

browserTest(
  `a template's form shows what is missing, survives a reload, and becomes a video that plays beside it${where}`,
  async () => {
    const page = await kit.open("/templates");
    await page.getByRole("link", { name: "Quotes" }).click();
    await page.getByRole("button", { name: "Remove quote 2" }).click();
    await page.getByRole("button", { name: "Add quote" }).click();
    await page.getByRole("button", { name: "Create video" }).click();
    await page.getByText("1 value to correct").waitFor();
    const empty = page.locator("[aria-invalid=true]");
    await expect
      .poll(() => empty.evaluate((field) => field === field.ownerDocument.activeElement))
      .toBe(true);
    await empty.fill("A second quote.");
    await expect.poll(() => empty.count()).toBe(0);
    await page.getByRole("button", { name: "Move quote 2 up" }).click();
    await page.getByText("Voice, music and size").click();
    await page.getByLabel("Voice").selectOption("No voice");
    await page.getByLabel("Size").selectOption("240p");
    await page.getByLabel("Theme").selectOption("Forest");
    await page.reload();
    await page.locator("summary").getByText("A second quote.").waitFor();
    await takePicture(page, "template-form");

    await page.getByRole("button", { name: "Create video" }).click();
    await page.waitForURL(/\?video=/);
    await page.locator("video").waitFor();
    await page.locator(".stage-head .badge").getByText("Ready").waitFor();
    const id = new URL(page.url()).searchParams.get("video");
    const { data } = await kit.system.client.ask(
      "query ($id: ID!) { video(id: $id) { title source { data composition { template height isSilent } } } }",
      { id },
    );
    expect(data.video).toMatchObject({
      title: "Quotes",
      source: {
        composition: { template: "quote", height: 240, isSilent: true },
        data: { theme: "forest", quotes: [{ quote: "A second quote." }, { author: "Isaac Newton" }] },
      },
    });
    await page.getByRole("link", { name: "Open the video" }).click();
    await page.getByRole("link", { name: "Edit a copy" }).click();
    await page.getByText("no voice · 240p").waitFor();
    expect(await page.getByLabel("Theme").inputValue()).toBe("2");
    await page.close();
  },
);

browserTest(`no page violated its security policy or logged an error${where}`, () => {
  expect(kit.complaints).toEqual([]);
});
