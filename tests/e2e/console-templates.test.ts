/** Videos from data in the console: a real Chromium on a real system. */
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { workbookOf } from "../../packages/tables/testing/workbook.ts";
import { startOrigin } from "../../render-worker/testing/origin.ts";
import { hasNoChromium, takePicture, whyNoChromium as where } from "../kit/chromium.ts";
import { type ConsoleKit, startConsole } from "../kit/console.ts";
import { documents } from "../kit/index.ts";
import { makeTestClip } from "../kit/test-clip.ts";

const browserTest = test.skipIf(hasNoChromium);
let kit: ConsoleKit;
beforeAll(async () => {
  if (!hasNoChromium) kit = await startConsole({ workers: 1 });
});
/** Tests count the workspace's materials. */
afterEach(async () => {
  if (hasNoChromium) return;
  const { client } = kit.system;
  const { data } = await client.ask("{ materials(first: 100) { nodes { id } } }");
  for (const { id } of data.materials.nodes)
    await client.ask("mutation ($id: ID!) { deleteMaterial(input: { id: $id }) { __typename } }", { id });
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
    await page.getByRole("link", { name: "Edit the data" }).click();
    await page.getByText("no voice · 240p").waitFor();
    expect(await page.getByLabel("Theme").inputValue()).toBe("2");
    await page.getByLabel("Author").first().fill("Ada Lovelace");
    await page.getByRole("button", { name: "Update the video" }).click();
    await page.waitForURL(/video=/);
    const corrected = async () => {
      const found = await kit.system.client.ask(
        "query ($id: ID!) { video(id: $id) { edition source { data } } }",
        { id },
      );
      return found.data.video;
    };
    await expect.poll(corrected).toMatchObject({
      edition: 2,
      source: { data: { quotes: [{ author: "Ada Lovelace" }, { author: "Isaac Newton" }] } },
    });
    await page.locator("video").waitFor();
    await page.close();
  },
);

browserTest(
  `a quiz gets a clip behind it: one at an address, an uploaded one, or a video of the workspace${where}`,
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "reelay-clip-"));
    const file = await makeTestClip(join(folder, "sea.mp4"), { seconds: 2 });
    await using origin = await startOrigin(await readFile(file));
    const { data } = await kit.system.client.ask(documents.createVideo, {
      input: { title: "Waves", source: { url: { url: origin.url } } },
    });
    const own = data.createVideo.id;
    await kit.system.client.watch(own);
    const page = await kit.open("/templates/quiz-classic");
    await page.getByText("Voice, music and size").click();
    await page.getByLabel("Voice").selectOption("No voice");
    await page.getByLabel("Size").selectOption("240p");
    const made = async () => {
      // Read before the click, which may lead to the next address at once.
      const before = page.url();
      await page.getByRole("button", { name: "Create video" }).click();
      await page.waitForURL((url) => url.href !== before && url.search.includes("video="));
      const id = new URL(page.url()).searchParams.get("video");
      const read = await kit.system.client.ask(
        "query ($id: ID!) { video(id: $id) { source { composition { background { url filename videoId } } } } }",
        { id },
      );
      return { id, background: read.data.video.source.composition.background };
    };
    const background = page.getByLabel("Background");
    await background.selectOption("Clip at an address");
    await page.getByLabel("Address of the clip").fill(origin.url);
    await page.getByText("a clip behind").waitFor();
    expect((await made()).background).toEqual({ url: origin.url, filename: "clip.mp4", videoId: null });
    await background.selectOption("Waves (video)");
    expect((await made()).background).toMatchObject({ url: null, videoId: own });
    await page.getByLabel("Clip to upload").setInputFiles(file);
    await expect.poll(() => background.locator("option:checked").textContent()).toBe("sea.mp4");
    await takePicture(page, "template-background");
    const { id, background: uploaded } = await made();
    expect(uploaded).toEqual({ url: null, filename: "sea.mp4", videoId: null });
    // The form of a copy has its clip, also while nothing else is changed.
    await page.goto(new URL(`/templates/quiz-classic?from=${id}`, page.url()).href);
    await page.getByText("a clip behind").waitFor();
    await page.getByText("Voice, music and size").click();
    await expect.poll(() => background.locator("option:checked").textContent()).toBe("sea.mp4");
    await page.close();
    await rm(folder, { recursive: true });
  },
);

const csv = `question;option1;option2;option3;option4;answer
Which planet is the red one?;Mars;Venus;Saturn;Uranus;A
Which planet has rings?;Mars;Venus;Saturn;Mercury;Saturn
Which planet is twice here?;Mars;Mars;Saturn;Uranus;A
Which row is short?;Mars`;

/** Drops a file on the page. */
const drop = (page: Page, name: string, text = csv) =>
  page.evaluate(`(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([${JSON.stringify(text)}], ${JSON.stringify(name)}, { type: "text/csv" }));
    for (const type of ["dragenter", "drop"])
      document.body.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
  })()`);

/** Drops a file that is no text on the page. */
const dropBytes = (page: Page, name: string, bytes: Buffer) =>
  page.evaluate(`(() => {
    const bytes = Uint8Array.from(atob(${JSON.stringify(bytes.toString("base64"))}), (sign) => sign.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], ${JSON.stringify(name)}));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
  })()`);

browserTest(
  `a dropped CSV becomes questions, which are reviewed and fill the form of a quiz${where}`,
  async () => {
    const page = await kit.open("/questions");
    await page.getByLabel("Topic").fill("History");
    await page.getByLabel("Number").fill("3");
    await page.getByRole("button", { name: "Generate" }).click();
    const cards = page.getByRole("list", { name: "Questions" }).locator(".question-card");
    await expect.poll(() => cards.count()).toBe(3);

    await drop(page, "My_planets.csv");
    await page
      .getByRole("dialog", { name: "Import questions" })
      .getByRole("button", { name: "Import" })
      .click();
    await page.getByRole("heading", { name: "My planets" }).waitFor();
    await page.getByRole("list", { name: "Issues" }).getByText("Line 5.").waitFor();
    await expect.poll(() => cards.count()).toBe(3);
    const twice = cards.filter({ hasText: "twice" });
    await twice.getByRole("button", { name: "Restore" }).click();
    await page.locator(".toast.bad").waitFor();
    await twice.getByRole("button", { name: "Edit" }).click();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("form", { name: "Edit the question" }).getByRole("alert").waitFor();
    await page.getByLabel("Option B", { exact: true }).fill("Jupiter");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: "Accepted 3" }).waitFor();
    await cards.first().getByRole("button", { name: "Facts are right" }).click();
    await page.getByText("3 questions, 1 verified").waitFor();
    await cards.nth(1).getByRole("button", { name: "Reject" }).click();
    await page.getByRole("button", { name: "Rejected 1" }).click();
    await expect.poll(() => cards.count()).toBe(1);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Export CSV" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("My planets.csv");
    await takePicture(page, "question-set");

    await page.getByRole("button", { name: "Make a video" }).click();
    await page.getByRole("link", { name: "A video for each question" }).click();
    await page.getByRole("heading", { name: "New batch: My planets" }).waitFor();
    await page.getByRole("button", { name: "Check 2 rows" }).waitFor();
    await page.goBack();

    await page.getByRole("button", { name: "Make a video" }).click();
    await page.getByRole("link", { name: "Quiz for phones" }).click();
    await page.getByText("2 of at most 200").waitFor();
    expect(await page.getByLabel("Title", { exact: true }).inputValue()).toBe("My planets");
    await page.getByLabel("Theme").selectOption("Forest");
    await drop(page, "Other.csv");
    await page.getByRole("dialog").getByRole("button", { name: "Import" }).click();
    await page.locator(".item-summary").getByText("Which planet has rings?").waitFor();
    await page.getByText("Not used: 2").waitFor();
    expect(await page.getByLabel("Theme").inputValue()).toBe("2");

    const option = page.getByLabel("Option C", { exact: true });
    await option.fill("WWWWWWWWW ".repeat(12));
    await page.getByRole("alert").getByText("Shorten it by").waitFor();
    expect(await option.getAttribute("aria-invalid")).toBe("true");
    await option.fill("Saturn");
    await page.getByText("3 scenes, about").waitFor();
    await expect.poll(() => page.locator("[aria-invalid=true]").count()).toBe(0);
    const still = page.getByRole("img", { name: "Scene 2: Which planet is the red one?" });
    await expect.poll(() => still.evaluate((image) => Number(Reflect.get(image, "naturalHeight")))).toBe(640);
    await takePicture(page, "template-still");
    await page.close();
  },
);

browserTest(
  `a table that is dropped on the library becomes what its owner chooses, also a workbook${where}`,
  async () => {
    const page = await kit.open("/");
    const choose = async (use: string) => {
      const dialog = page.getByRole("dialog", { name: /^What becomes of / });
      await dialog.getByRole("button", { name: use }).click();
    };
    const importing = page.getByRole("dialog", { name: "Import questions" });
    await drop(page, "My_planets.csv");
    await choose("One quiz video");
    await importing.getByRole("button", { name: "Import" }).click();
    await page.getByText("2 of at most 200").waitFor();

    const workbook = Buffer.from(workbookOf(csv.split("\n").map((line) => line.split(";"))));
    await page.getByRole("link", { name: "Library" }).first().click();
    await dropBytes(page, "Moons.xlsx", workbook);
    await choose("A question set");
    await importing.getByText("Moons.xlsx").waitFor();
    await importing.getByRole("button", { name: "Import" }).click();
    await page.getByRole("heading", { name: "Moons" }).waitFor();

    await page.getByRole("link", { name: "Library" }).first().click();
    await dropBytes(page, "Moons.xlsx", workbook);
    await choose("A video of each row");
    await page.getByRole("heading", { name: "New batch: Moons" }).waitFor();
    await page.getByRole("button", { name: "Check 4 rows" }).waitFor();
    await page.close();
    const { client } = kit.system;
    const { data } = await client.ask("{ materials(first: 10) { nodes { id filename } } }");
    const sent = data.materials.nodes.filter(
      ({ filename }: { filename: string }) => filename === "Moons.xlsx",
    );
    expect(sent).toHaveLength(2);
  },
);

browserTest(
  `a dropped table becomes a batch, whose rows are checked, started and canceled${where}`,
  async () => {
    // Videos wait, so that the batch does not end before it has been looked at.
    await kit.system.client.ask("mutation { pauseQueue { __typename } }");
    const page = await kit.open("/batches");
    await page.getByLabel("Template", { exact: true }).selectOption("quote");
    const rows =
      "Zitat,author,theme\nKnow yourself,Thales,ocean\nNothing too much,Solon,pink\nKnow yourself,Thales,ocean";
    await drop(page, "Sages.csv", rows);
    await page.getByText("No column for").waitFor();
    await page.getByLabel("Field of Zitat").selectOption("quotes.quote");
    await page.getByRole("button", { name: "Check 3 rows" }).click();
    await page.getByRole("heading", { name: "Sages" }).waitFor();
    const start = page.getByRole("button", { name: "Make 1 video" });
    await start.waitFor();
    const list = page.getByRole("list", { name: "Rows" }).getByRole("listitem");
    await page.getByRole("region", { name: "Estimate" }).getByText("Estimated for 1 video").waitFor();
    // Of the row that is valid and its duplicate.
    const pictures = page.locator(".batch-row img");
    await expect.poll(() => pictures.count(), { timeout: 60_000 }).toBe(2);
    const isDrawn = () => pictures.first().evaluate((image) => Number(Reflect.get(image, "naturalWidth")));
    await expect.poll(isDrawn, { timeout: 20_000 }).toBeGreaterThan(0);
    await takePicture(page, "batch-stills");
    await page.getByRole("button", { name: "Invalid 1" }).click();
    await expect.poll(() => list.count()).toBe(1);
    await list.getByText("pink").waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Export rows with issues" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("Sages issues.csv");
    await page.getByText("1 issue", { exact: true }).click();
    await page.getByLabel("Column").selectOption("theme");
    await page.getByRole("list", { name: "Issues of the table" }).getByText("Line 3").waitFor();
    await page.getByLabel("Column").selectOption("author");
    await page.getByText("No such issues.").waitFor();

    await drop(page, "Sages.csv", rows.replace("pink", "forest"));
    await page.getByRole("button", { name: "Check and compare" }).click();
    await page.getByText("Nothing is made before you start.").waitFor();
    await page.getByRole("button", { name: "Start 2 rows" }).waitFor();
    await takePicture(page, "batch-replaced");
    await drop(page, "Sages.csv", rows);
    await page.getByRole("button", { name: "Check and compare" }).click();
    await page.getByRole("button", { name: "Start 1 row" }).waitFor();
    await page.getByRole("button", { name: "All 3" }).click();
    await page.getByRole("button", { name: "Start 1 row" }).click();
    await list.first().getByRole("link", { name: "Know yourself" }).waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Cancel the batch" }).click();
    await page.locator(".page-head .badge").getByText("Canceled").waitFor();
    await page.close();
  },
);

browserTest(
  `a table of 3,000 rows above the size of a request is sent, and its batch shows any row without having them all${where}`,
  async () => {
    const rows = Array.from({ length: 3_000 }, (_, index) => `"Saying ${index}",Solon,${"x".repeat(400)}`);
    const page = await kit.open("/batches");
    await page.getByLabel("Template", { exact: true }).selectOption("quote");
    await page.getByLabel("Table for the batch").setInputFiles({
      ...{ name: "Many sayings.csv", mimeType: "text/csv" },
      buffer: Buffer.from(`quote,author,notes\n${rows.join("\n")}`),
    });
    await page.getByRole("button", { name: "Check 3000 rows" }).click();
    await page.getByRole("heading", { name: "Many sayings" }).waitFor();
    await page.getByRole("button", { name: "All 3000" }).waitFor();
    const shown = page.getByRole("list", { name: "Rows" }).getByRole("listitem");
    await shown.first().getByText("Saying 0").waitFor();
    await page.keyboard.press("End");
    await page.getByText("Saying 2999").waitFor();
    expect(await shown.last().getAttribute("aria-posinset")).toBe("3000");
    expect(await shown.count()).toBeLessThan(120);
    await takePicture(page, "batch-many-rows", "jpeg");
    await page.evaluate("scrollTo(0, document.body.scrollHeight / 2)");
    await page
      .getByText(/Saying 15\d\d/)
      .first()
      .waitFor();
    await page.getByLabel("Search the rows").fill("Saying 1234");
    await expect.poll(() => shown.count()).toBe(1);
    const sent = await kit.system.client.ask("{ materials(first: 10) { nodes { id filename kind } } }");
    const [table, ...others] = sent.data.materials.nodes.filter(
      ({ kind }: { kind: string }) => kind === "TABLE",
    );
    expect([table.filename, ...others]).toEqual(["Many sayings.csv"]);
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Cancel the batch" }).click();
    await page.locator(".page-head .badge").getByText("Canceled").waitFor();
    await kit.system.client.ask(`mutation ($id: ID!) { deleteMaterial(input: { id: $id }) { __typename } }`, {
      id: table.id,
    });
    await page.close();
  },
);

browserTest(
  `a folder becomes a template of the workspace, whose versions are checked, shown and deleted${where}`,
  async () => {
    const directory = await mkdtemp(join(tmpdir(), "reelay-template-"));
    const builtIn = join(import.meta.dirname, "../../packages/templates/built-in");
    const manifestFile = join(directory, "template.json");
    const change = async (part: object) =>
      writeFile(
        manifestFile,
        JSON.stringify({ ...JSON.parse(await readFile(manifestFile, "utf8")), ...part }),
      );
    try {
      await cp(join(builtIn, "quote"), directory, { recursive: true });
      await cp(join(builtIn, "quiz-classic/sounds"), join(directory, "sounds"), { recursive: true });
      await change({ name: "sayings", title: "Sayings" });
      const before = await kit.system.client.ask("{ materials(first: 10) { nodes { filename } } }");
      const page = await kit.open("/templates");
      const own = page.getByRole("region", { name: "Your templates" });
      const choose = () => page.getByLabel("Folder of the template").setInputFiles(directory);
      await choose();
      const versions = own.getByRole("list", { name: "Your templates and their versions" });
      await versions.getByText("Ready").waitFor();
      const picture = page.locator(".template").filter({ hasText: "Sayings" }).locator("img");
      await expect
        .poll(() => picture.evaluate((image) => Number(Reflect.get(image, "naturalHeight"))))
        .toBe(360);

      await change({
        version: 2,
        example: { quotes: [{ quote: "Wwwwwwwwwwwwwww ".repeat(37), author: "W" }] },
      });
      await choose();
      await versions.getByText("Failed").waitFor();
      await versions.getByRole("list", { name: "Issues" }).getByText("/quotes/0/quote").waitFor();
      await takePicture(page, "own-templates");
      await change({ version: 1 });
      await choose();
      await own.getByRole("alert").getByText('Raise "version"').waitFor();

      await versions.getByRole("button", { name: "Delete version 2 of Sayings" }).click();
      await page.getByRole("button", { name: "Delete the version" }).click();
      await expect.poll(() => versions.getByText("Failed").count()).toBe(0);
      const { data } = await kit.system.client.ask(
        "{ ownTemplates { name version status } materials(first: 10) { nodes { filename } } }",
      );
      expect(data).toEqual({
        ownTemplates: [{ name: "sayings", version: 1, status: "READY" }],
        materials: before.data.materials,
      });
      await page.getByRole("link", { name: "Sayings" }).first().click();
      await page.getByRole("heading", { name: "Sayings" }).waitFor();
      await page.getByText("2 scenes, about").waitFor();
      await page.close();
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
);

browserTest(`no page violated its security policy or logged an error${where}`, () => {
  expect(kit.complaints).toEqual([]);
});
