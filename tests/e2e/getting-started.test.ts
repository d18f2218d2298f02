/**
 * The ways of docs/tutorials/getting-started.md, with the commands and the page's code taken out of it: a
 * newcomer's first ten minutes. Replaced are only addresses, the data folder and the names of files.
 */
import { glob, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installProject } from "../../scripts/install-project.ts";
import { startReceiver } from "../../src/webhooks/testing/receiver.ts";
import { ROOT, readSnippets } from "../docs/snippets.ts";
import { hasNoChromium, startChromium, takePicture, whyNoChromium } from "../kit/chromium.ts";
import { createApiClient, eventually, freePort } from "../kit/index.ts";
import { type TypedCommand, typeCommand } from "../kit/shell.ts";
import { makeTestClip } from "../kit/test-clip.ts";

const browserTest = test.skipIf(hasNoChromium);
const patience = { timeout: 90_000, interval: 200 };
const GUIDE = "docs/tutorials/getting-started.md";
const WAYS = [
  "A video on a page of yours",
  "A page that uploads",
  "A program that uploads",
  "A Next.js page",
];

let held: AsyncDisposableStack;
let folder: string;
let port: number;
let system: TypedCommand;
let open: (address: string) => Promise<Page>;

const linesOf = (way: string, language: string): string[] =>
  readSnippets(GUIDE)
    .filter((snippet) => snippet.section === way && snippet.language === language)
    .flatMap(({ code }) => code.trim().split("\n"));

/** As it stands on the page, but for where things are. */
const here = (text: string): string =>
  text
    .replaceAll("127.0.0.1:4000", `127.0.0.1:${port}`)
    .replaceAll(/(\.\.\/)*\.reelay\//g, `${folder}/data/`)
    .replaceAll("video.mp4", join(folder, "video.mp4"));

function type(command: string, env: Record<string, string> = {}): TypedCommand {
  return typeCommand(here(command), {
    REELAY_DATA_DIR: join(folder, "data"),
    REELAY_URL: `http://127.0.0.1:${port}`,
    ...env,
  });
}

beforeAll(async () => {
  await using stack = new AsyncDisposableStack();
  folder = stack.adopt(await mkdtemp(join(tmpdir(), "reelay-newcomer-")), (path) =>
    rm(path, { recursive: true, force: true }),
  );
  port = await freePort();
  await makeTestClip(join(folder, "video.mp4"), { seconds: 6, size: "640x360" });
  const [command = ""] = linesOf("A video on a page of yours", "sh");
  system = stack.use(type(command, { PORT: String(port) }));
  if (!hasNoChromium) {
    const { context } = stack.use(await startChromium());
    open = async (address) => {
      const page = await context.newPage();
      // Next.js compiles a route on its first request.
      await page.goto(address, patience);
      return page;
    };
  }
  held = stack.move();
});
afterAll(() => held?.disposeAsync());

const untilItPlays = async (page: Page) => {
  const video = page.locator("reelay-player video");
  await expect.poll(() => video.count(), patience).toBe(1);
  await page.locator("reelay-player media-play-button").click();
  await expect
    .poll(() => video.evaluate((element) => (element as HTMLVideoElement).currentTime), patience)
    .toBeGreaterThan(1);
};

test("one command prints the HTML to paste as soon as the video plays", async () => {
  await system.wrote("</reelay-player>");
  const printed = system.output().match(/^ +(<script.*\n) +(<reelay-player.*)$/m);
  const pasted = linesOf("A video on a page of yours", "html").slice(-2).join("\n");
  const [, id = ""] = /video-id="(.*?)"/.exec(printed?.[2] ?? "") ?? [];
  expect(`${printed?.[1]}${printed?.[2]}`).toBe(here(pasted).replace("VmlkZW86…", id));
});

browserTest(`the printed HTML plays the video on another page${whyNoChromium}`, async () => {
  const [, id = ""] = /video-id="(.*?)"/.exec(system.output()) ?? [];
  const html = here(linesOf("A video on a page of yours", "html").join("\n")).replace("VmlkZW86…", id);
  const file = join(folder, "page.html");
  await writeFile(file, html);
  await untilPlayerIsBuilt();
  await untilItPlays(await open(pathToFileURL(file).href));
});

browserTest(`the upload page shows each variant's progress and plays the video${whyNoChromium}`, async () => {
  const [, command = ""] = linesOf("A page that uploads", "sh");
  const making = type(command);
  expect(await making.ended, making.output()).toBe(0);
  const key = making.stdout().trim().split("\n").at(-1) ?? "";
  expect(key).toMatch(/^rk_/);
  const file = join(folder, "index.html");
  await writeFile(file, here(await readFile(join(ROOT, "examples/html/index.html"), "utf8")));
  await untilPlayerIsBuilt();
  const page = await open(pathToFileURL(file).href);
  await page.getByLabel("API key").fill(key);
  await page.getByLabel("Video", { exact: true }).setInputFiles(join(folder, "video.mp4"));
  await page.getByRole("button", { name: "Upload" }).click();
  await page.getByRole("progressbar", { name: "144p" }).waitFor(patience);
  await untilItPlays(page);
  await page.getByText("READY 100 %").waitFor(patience);
  await takePicture(page, "example-html");
  const bars = await page
    .getByRole("progressbar")
    .evaluateAll((all) => all.map((bar) => (bar as HTMLProgressElement).value));
  expect(bars.length).toBeGreaterThan(2);
  expect(new Set(bars)).toEqual(new Set([1]));
});

test("the program prints progress and finally the playback address", async () => {
  const [, command = ""] = linesOf("A program that uploads", "sh");
  const program = type(command);
  expect(await program.ended, program.output()).toBe(0);
  expect(program.output()).toMatch(/sent 100 %[\s\S]*PLAYABLE[\s\S]*READY {2}100 %/);
  const url = program.stdout().trim();
  expect(url).toMatch(/^http.*master\.m3u8$/);
  expect((await fetch(url)).status).toBe(200);
});

browserTest(
  `the Next.js page lists, uploads, shows progress and plays, without exposing the key${whyNoChromium}`,
  async () => {
    const [, install = "", run = ""] = linesOf("A Next.js page", "sh");
    // The lockfile determines the installed packages, and a test must not change it.
    expect(install).toBe("cd examples/nextjs && npm install");
    await installProject("examples/nextjs");
    const nextPort = await freePort();
    await using next = type(`cd examples/nextjs; ${run}`, {
      PORT: String(nextPort),
      NEXT_TELEMETRY_DISABLED: "1",
    });
    await next.wrote("Ready in");
    const page = await open(`http://127.0.0.1:${nextPort}`);
    const loaded: string[] = [];
    page.on("response", async (response) => {
      if (response.url().includes(`:${nextPort}`)) loaded.push(await response.text().catch(() => ""));
    });
    await page.reload(patience);
    const first = page.getByRole("button", { name: "video.mp4" }).first();
    await first.waitFor(patience);
    // The page hydrates after it is visible, and Next.js compiles a route on its first request.
    const said = page.locator("section p");
    await expect
      .poll(async () => (await first.click(), await said.allTextContents()), patience)
      .toEqual(["READY"]);
    const states = await watchText(page, "section p");
    await page.getByTitle("Upload").setInputFiles(join(folder, "video.mp4"));
    await page.getByText("100 % sent").waitFor(patience);
    await page.getByRole("progressbar", { name: "144p" }).waitFor(patience);
    await untilItPlays(page);
    await expect.poll(states, patience).toEqual(expect.arrayContaining(["PROCESSING", "PLAYABLE", "READY"]));
    await takePicture(page, "example-nextjs");
    const key = (await readFile(join(folder, "data/api-key"), "utf8")).trim();
    expect(loaded.join("")).toContain("playback");
    expect(loaded.join("")).not.toContain(key);
    // `next dev` generated the type declarations but does not check types.
    const types = typeCommand("npx tsc -p examples/nextjs");
    expect(await types.ended, types.output()).toBe(0);
  },
);

test("a CMS on the same machine receives webhooks without configuration", async () => {
  await using receiver = await startReceiver();
  const key = (await readFile(join(folder, "data/api-key"), "utf8")).trim();
  const client = createApiClient(`http://127.0.0.1:${port}`, key);
  const create = `mutation ($url: String!) { createWebhookEndpoint(input: { url: $url }) { ... on CreatedWebhookEndpoint { endpoint { id } } ... on Error { message } } }`;
  const { data } = await client.ask(create, { url: receiver.url.replace("127.0.0.1", "localhost") });
  const { endpoint } = data.createWebhookEndpoint;
  await client.ask("mutation ($id: ID!) { sendTestWebhook(input: { endpointId: $id }) { __typename } }", {
    id: endpoint.id,
  });
  await eventually(() => receiver.received.some(({ type }) => type === "webhook.test"), "it came");
});

test("the table's counts match the commands and lines of each way", async () => {
  const table = await readFile(join(ROOT, GUIDE), "utf8");
  for (const way of WAYS) {
    const [, commands, lines] =
      new RegExp(`^\\| \\[${way}\\][^|]*\\| (\\d+) +\\| (\\d+) `, "m").exec(table) ?? [];
    expect([way, Number(commands), Number(lines)]).toEqual([
      way,
      linesOf(way, "sh").length,
      linesOf(way, "html").length,
    ]);
  }
});

test.each(["html", "node", "nextjs"])("examples/%s has fewer than 100 lines of code", async (name) => {
  const files = await Array.fromAsync(
    glob(`examples/${name}/**/*.{html,ts,tsx}`, {
      cwd: ROOT,
      exclude: ["**/node_modules", "**/.next", "**/next-env.d.ts"],
    }),
  );
  const texts = await Promise.all(files.map((file) => readFile(join(ROOT, file), "utf8")));
  const lines = texts
    .join("\n")
    .replaceAll(/<!--[\s\S]*?-->|\/\*[\s\S]*?\*\/|^ *\/\/.*$/gm, "")
    .split("\n");
  expect(files.length).toBeGreaterThan(0);
  expect(lines.filter((line) => line.trim() !== "").length).toBeLessThan(100);
});

/** Tells every text that an element of the page has had from now on. */
async function watchText(page: Page, selector: string): Promise<() => Promise<string[]>> {
  await page.evaluate((watched) => {
    const texts = new Set<string>();
    const look = () => texts.add(document.querySelector(watched)?.textContent ?? "");
    new MutationObserver(look).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
    });
    Object.assign(window, { texts });
  }, selector);
  return () => page.evaluate(() => [...(Reflect.get(window, "texts") as Set<string>)]);
}

/** At the first start the console and the player are built beside everything else. */
const untilPlayerIsBuilt = () =>
  expect.poll(async () => (await fetch(`http://127.0.0.1:${port}/player.js`)).status, patience).toBe(200);
