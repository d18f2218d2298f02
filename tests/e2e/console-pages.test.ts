/** Every page of the console: for people who see little, who use a keyboard, who hold a phone. */
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hasNoChromium, takePicture, whyNoChromium as where } from "../kit/chromium.ts";
import { type ConsoleKit, startConsole } from "../kit/console.ts";
import { freePort } from "../kit/index.ts";
import { findTooWide, rules, violations } from "../kit/page-checks.ts";
import { makeTestClip } from "../kit/test-clip.ts";

const browserTest = test.skipIf(hasNoChromium);
let kit: ConsoleKit;
let videoId: string;
let endpointId: string;
let setId: string;
let batchId: string;

const createEndpoint = `mutation ($url: String!) { createWebhookEndpoint(input: { url: $url, description: "CMS", eventTypes: ["video.*"] }) {
  ... on CreatedWebhookEndpoint { endpoint { id } } } }`;
const importQuestions = `mutation ($csv: String!) { importQuestions(input: { topic: "Planets", source: { csv: $csv } }) {
  ... on QuestionSet { id } } }`;
/** One question that is accepted, one that is rejected, and a row that is none. */
const planets = `question,option1,option2,option3,option4,answer
Which planet is the red one?,Mars,Venus,Saturn,Uranus,A
Which planet is twice here?,Mars,Mars,Saturn,Uranus,A
Which row is short?,Mars`;
const createBatch = `mutation ($csv: String!) { createBatch(input: { title: "Sages", template: "quote", source: { csv: $csv } }) {
  ... on Batch { id } } }`;
const sages =
  "quote,author,theme\nKnow yourself,Thales,ocean\nNothing too much,Solon,pink\nKnow yourself,Thales,ocean";
const sendTest = `mutation ($id: ID!) { sendTestWebhook(input: { endpointId: $id }) { __typename } }`;

beforeAll(async () => {
  if (hasNoChromium) return;
  kit = await startConsole();
  // No server listens there, so the delivery fails.
  const url = `http://127.0.0.1:${await freePort()}/a-path-as-long-as-those-that-systems-give/webhooks/reelay`;
  const made = await kit.system.client.ask(createEndpoint, { url });
  endpointId = made.data.createWebhookEndpoint.endpoint.id;
  await kit.system.client.ask(sendTest, { id: endpointId });
  setId = (await kit.system.client.ask(importQuestions, { csv: planets })).data.importQuestions.id;
  batchId = (await kit.system.client.ask(createBatch, { csv: sages })).data.createBatch.id;
  const file = await makeTestClip(join(kit.system.directory, "clip.mp4"), { seconds: 2 });
  const title =
    "A title as long as those that cameras and cutting rooms give to files 2026_11_21_final_final_2";
  videoId = await kit.system.client.upload(file, { title, metadata: { category: "trailer" } });
  await kit.system.client.watch(videoId);
  const failed = await kit.system.client.createUpload(join(import.meta.dirname, "console-pages.test.ts"));
  await kit.system.client.upload(join(import.meta.dirname, "console-pages.test.ts"), { title: "No video" });
  expect(failed.id).toBeTruthy();
});
afterAll(() => kit?.[Symbol.asyncDispose]());

/** Each page with what shows that it is there. */
const pages: [name: string, path: () => string, isThere: (page: Page) => Promise<unknown>][] = [
  ["library", () => "/", (page) => page.locator(".video").first().waitFor()],
  ["empty search", () => "/?q=nothing-like-it", (page) => page.getByText("No matching videos").waitFor()],
  [
    "video",
    () => `/videos/${videoId}`,
    async (page) => {
      await page.getByRole("article", { name: "Job 1" }).waitFor();
      await page.locator("reelay-player media-time-display").waitFor();
      await page.getByRole("button", { name: "Why" }).click();
    },
  ],
  ["awaited video", () => "/?status=active", (page) => page.locator(".video").first().waitFor()],
  ["missing video", () => "/videos/none", (page) => page.getByText("Video not found").waitFor()],
  [
    "templates",
    () => "/templates",
    (page) => page.getByRole("list", { name: "Templates" }).getByRole("link").first().waitFor(),
  ],
  [
    "template",
    () => "/templates/quiz-classic",
    async (page) => {
      await page.getByText("Voice, music and size").click();
      await page.getByRole("button", { name: "Add question" }).click();
      await page.getByRole("button", { name: "Create video" }).click();
      await page.getByText("5 values to correct").waitFor();
    },
  ],
  ["questions", () => "/questions", (page) => page.getByRole("list", { name: "Question sets" }).waitFor()],
  [
    "question set",
    () => `/questions/${encodeURIComponent(setId)}`,
    async (page) => {
      await page.getByRole("list", { name: "Issues" }).waitFor();
      await page.getByRole("button", { name: "Edit" }).first().click();
      await page.getByRole("form", { name: "Edit the question" }).waitFor();
    },
  ],
  ["batches", () => "/batches", (page) => page.getByRole("list", { name: "Batches" }).waitFor()],
  [
    "batch",
    () => `/batches/${encodeURIComponent(batchId)}`,
    async (page) => {
      await page.getByRole("button", { name: "Make 1 video" }).waitFor();
      await page.getByText("The same as line 2.").waitFor();
    },
  ],
  ["missing batch", () => "/batches/none", (page) => page.getByText("Batch not found").waitFor()],
  [
    "missing question set",
    () => "/questions/none",
    (page) => page.getByText("Question set not found").waitFor(),
  ],
  ["missing template", () => "/templates/none", (page) => page.getByText("Template not found").waitFor()],
  [
    "animate",
    () => "/animate?example=sorting",
    async (page) => {
      await page.locator(".cm-line").first().waitFor();
      await page.getByText("Settings:").click();
    },
  ],
  [
    "queue",
    () => "/queue",
    (page) =>
      page
        .getByRole("article", { name: /^Worker/ })
        .first()
        .waitFor(),
  ],
  ["launches", () => "/launches", (page) => page.getByText("No workers are rented").waitFor()],
  ["failed", () => "/failed", (page) => page.getByRole("list", { name: "Failed jobs" }).waitFor()],
  ["webhooks", () => "/webhooks", (page) => page.getByRole("list", { name: "Webhook endpoints" }).waitFor()],
  [
    "webhook endpoint",
    () => `/webhooks/${endpointId}`,
    async (page) => {
      const test = page.getByRole("listitem", { name: "webhook.test" });
      await test.getByText("UNREACHABLE").waitFor();
      await test.locator("summary").click();
      for (const each of ["Request and response", "Body, the same"]) await test.getByText(each).click();
      await test.getByText("webhook-signature").waitFor();
    },
  ],
  ["missing endpoint", () => "/webhooks/none", (page) => page.getByText("Endpoint not found").waitFor()],
  ["keys", () => "/keys", (page) => page.getByRole("list", { name: "API keys" }).waitFor()],
];

browserTest.for(pages)(
  `%s: axe finds no problem in light and dark mode, and nothing is cut off at 360 px${where}`,
  async ([name, path, isThere]) => {
    const page = await kit.open(path());
    await isThere(page);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      expect(await violations(page, rules[colorScheme]), colorScheme).toEqual([]);
      await takePicture(page, `${name}-${colorScheme}`);
    }
    await page.setViewportSize({ width: 360, height: 740 });
    await takePicture(page, `${name}-phone`);
    expect(await findTooWide(page, 360)).toEqual([]);
    expect(await violations(page, "all"), "phone").toEqual([]);
    await page.close();
  },
);

browserTest(`dialogs and the sign-in page: axe finds no problem in light and dark mode${where}`, async () => {
  const page = await kit.open(`/videos/${videoId}`);
  const look = async (what: string, within = "dialog[open]") => {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      expect(await violations(page, rules[colorScheme], within), `${what}, ${colorScheme}`).toEqual([]);
      await takePicture(page, `window-${what}-${colorScheme}`);
    }
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  };
  await page.keyboard.press("u");
  await page.getByRole("dialog", { name: "Add videos" }).waitFor();
  await look("add");
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  await look("shortcuts");
  await page.getByRole("button", { name: "Edit" }).click();
  await look("edit");
  await page.getByRole("button", { name: "Add captions" }).click();
  await look("add captions");
  await page.getByRole("button", { name: "Delete" }).click();
  await look("delete");
  await page.keyboard.press("g");
  await page.keyboard.press("w");
  await page.getByRole("button", { name: "Add an endpoint" }).click();
  await page.getByLabel("Selected events").check();
  await look("add an endpoint");
  await page.locator(".endpoint").getByRole("link").click();
  for (const name of ["Edit", "Rotate secret", "Disable", "Delete"]) {
    await page.getByRole("button", { name, exact: true }).click();
    await look(name);
  }
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  await look("sign in", "html");
  await page.close();
});

browserTest(`every page is reachable with the keyboard alone${where}`, async () => {
  const page = await kit.open();
  await page.locator(".video").first().waitFor();
  await page.keyboard.press("Tab");
  await expect.poll(() => page.evaluate("document.activeElement.textContent")).toBe("Skip to the content");
  await page.keyboard.press("Enter");
  await expect.poll(() => page.evaluate("document.activeElement.id")).toBe("main");
  await page.keyboard.press("/");
  await expect.poll(() => page.evaluate("document.activeElement.type")).toBe("search");
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { name: "Library" }).click();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.waitForURL(/\/videos\//);
  for (const [keys, heading] of [
    ["gt", "Create from a template"],
    ["gs", "Questions"],
    ["gb", "Batches"],
    ["ga", "Animate"],
    ["gq", "Queue and workers"],
    ["gn", "Launches"],
    ["gf", "Failed jobs"],
    ["gw", "Webhooks"],
    ["gk", "API keys"],
    ["gl", "Library"],
  ] as const) {
    for (const key of keys) await page.keyboard.press(key);
    await page.getByRole("heading", { name: heading, level: 1 }).waitFor();
  }
  await page.close();
});

browserTest(`with reduced motion, colours change without a transition${where}`, async () => {
  const page = await kit.open("/keys");
  await page.getByRole("list", { name: "API keys" }).waitFor();
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await page.emulateMedia({ colorScheme: "dark" });
  // A transition of every element, however short, brings inherited colours a frame later for each level of
  // the page.
  expect(await page.evaluate("document.getAnimations().length")).toBe(0);
  await page.close();
});

browserTest(`the chosen theme persists, whatever the system setting${where}`, async () => {
  const page = await kit.open();
  await page.emulateMedia({ colorScheme: "light" });
  const ground = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
  const light = await ground();
  const change = () => page.getByRole("button", { name: /^Colours/ }).click();
  await change();
  await change();
  await expect.poll(ground).not.toBe(light);
  const dark = await ground();
  await page.reload();
  await page.getByRole("navigation").waitFor();
  await expect.poll(ground).toBe(dark);
  await change();
  await expect.poll(ground).toBe(light);
  await page.close();
});

browserTest(`no page violated its security policy or logged an error${where}`, () => {
  expect(kit.complaints).toEqual([]);
});
