/**
 * A real Payload (Next.js, SQLite, built) beside the whole of Reelay, with the network between them in the
 * test's hand.
 */
import { openAsBlob } from "node:fs";
import { copyFile, stat } from "node:fs/promises";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { upload } from "@reelay/upload";
import type { Page } from "playwright-core";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, beforeEach, expect, onTestFailed, test } from "vitest";
import { createProxy, type Proxy } from "../../packages/testing/proxy.ts";
import { hasNoChromium, startChromium, takePicture, whyNoChromium } from "../kit/chromium.ts";
import { eventually, freePort, type System, startSystem } from "../kit/index.ts";
import { makeTestClip } from "../kit/test-clip.ts";
import { EDITOR, EMPTY_DATABASE, setUp } from "../payload/set-up.ts";
import { type Site, startSite } from "../payload/start-site.ts";

let held: AsyncDisposableStack;
let system: System;
/** What the CMS has for Reelay. */
let proxy: Proxy;
let port: number;
let env: Record<string, string>;
let site: Site;
let secret: string;

beforeAll(async () => {
  await setUp();
  await using stack = new AsyncDisposableStack();
  system = stack.use(await startSystem());
  proxy = stack.use(await createProxy(system.api.url));
  port = await freePort();
  const { data } = await system.client.ask(CREATE_ENDPOINT, {
    url: `http://127.0.0.1:${port}/api/reelay/webhook`,
  });
  secret = data.createWebhookEndpoint.secret;
  env = {
    DATABASE_URL: await newDatabase("site.db"),
    REELAY_URL: proxy.url,
    REELAY_API_KEY: system.client.token,
    REELAY_WEBHOOK_SECRET: secret,
  };
  site = await startSite(port, env);
  stack.defer(() => site[Symbol.asyncDispose]());
  held = stack.move();
}, 900_000);
afterAll(() => held?.disposeAsync());
beforeEach(() => onTestFailed(() => console.log(site.printed())));

const CREATE_ENDPOINT = `mutation ($url: String!) { createWebhookEndpoint(input: { url: $url, eventTypes: ["video.*", "job.*"] }) {
  ... on CreatedWebhookEndpoint { secret } ... on Error { code message } } }`;

const SEND_TEST = `mutation ($id: ID!) { sendTestWebhook(input: { endpointId: $id }) { __typename ... on Error { code message } } }`;

const databaseFile = (name: string) => path.join(system.directory, name);

async function newDatabase(name: string): Promise<string> {
  const file = databaseFile(name);
  await copyFile(EMPTY_DATABASE, file);
  return `file:${file}`;
}

const clip = (name: string, seconds: number, size?: string) =>
  makeTestClip(path.join(system.directory, name), { seconds, ...(size && { size }) });

const read = async (id: number) => (await site.ask("GET", `/videos/${id}`)).body;

/** A document whose file is not sent yet, as the admin page makes it. */
async function createDocument(file: string) {
  const { body } = await site.ask("POST", "/videos", { title: path.basename(file), status: "READY" });
  const { size: sizeBytes } = await stat(file);
  const given = { id: body.doc.id, filename: path.basename(file), sizeBytes, contentType: "video/mp4" };
  const { status, body: target } = await site.ask("POST", "/reelay/uploads", given);
  expect(status, JSON.stringify(target)).toBe(200);
  return {
    id: body.doc.id as number,
    videoId: target.videoId as string,
    given,
    target,
    send: async () => await upload(await openAsBlob(file), { ...target }).done,
  };
}

/** `work` while no site receives webhooks; then the same site again, on the same port. */
async function whileAway(work: () => Promise<void>): Promise<void> {
  await site.stop();
  await work();
  site = await startSite(port, env);
}

/** What a process that was killed in the middle of a catch-up leaves behind. */
function leaveLock(): void {
  using database = new DatabaseSync(databaseFile("site.db"));
  const now = new Date().toISOString();
  database
    .prepare(
      "INSERT INTO reelay_state (id, key, value, created_at, updated_at) VALUES ('killed', 'lock', ?, ?, ?)",
    )
    .run(JSON.stringify({ until: Date.now() + 2_000 }), now, now);
}

const isMade = (videoId: string) =>
  eventually(async () => (await system.client.video(videoId)).status === "READY", "Reelay has made it", {
    timeoutMs: 90_000,
    intervalMs: 100,
  });

/** Seconds until the document says so. */
async function until(id: number, status: string, timeoutMs: number): Promise<number> {
  const began = performance.now();
  await eventually(async () => expect((await read(id)).status).toBe(status), `the document says ${status}`, {
    timeoutMs,
    intervalMs: 50,
  });
  return (performance.now() - began) / 1_000;
}

async function logIn(page: Page): Promise<void> {
  await page.goto(`${site.url}/admin/login`);
  await page.getByLabel("Email").fill(EDITOR.email);
  await page.locator('input[type="password"]').fill(EDITOR.password);
  await page.getByRole("button", { name: "Login" }).click();
  await page.waitForURL((url) => !url.pathname.endsWith("/login"));
}

const picture = (page: Page, name: string) => takePicture(page, `payload-${name}`);

test.skipIf(hasNoChromium)(
  `a clip dropped in the admin uploads directly to Reelay, shows its progress and plays${whyNoChromium}`,
  async () => {
    await using chromium = await startChromium();
    const page = await chromium.context.newPage();
    onTestFailed(() => picture(page, "failed"));
    const sent: { method: string; url: string; authorization: string | undefined; bytes: number }[] = [];
    page.on("request", (request) => {
      const { authorization } = request.headers();
      const bytes = request.postDataBuffer()?.length ?? 0;
      sent.push({ method: request.method(), url: request.url(), authorization, bytes });
    });
    await logIn(page);
    await page.goto(`${site.url}/admin/collections/videos/create`);
    await page.locator(".reelay-drop").waitFor();
    await picture(page, "create");
    // Records every status, however briefly it is shown.
    await page.evaluate(watchStatus);
    await page.locator(".reelay-drop input").setInputFiles(await clip("from-admin.mp4", 5, "854x480"));
    await page.waitForURL(/\/videos\/\d+/);
    const id = Number(/videos\/(\d+)/.exec(page.url())?.[1]);
    const isBegun = () => (Reflect.get(globalThis, "seen") as Seen).variants.length > 0;
    await page.waitForFunction(isBegun);
    await picture(page, "processing");
    await page.locator('.reelay-field [data-status="READY"]').waitFor();

    const seen = await page.evaluate(() => Reflect.get(globalThis, "seen") as Seen);
    expect(seen.statuses).toContain("READY");
    expect(seen.statuses.some((status) => status === "PROCESSING" || status === "PLAYABLE")).toBe(true);
    expect(seen.fractions.some((fraction) => fraction > 0 && fraction < 1)).toBe(true);
    // The next regular catch-up comes later: this is the webhook.
    await until(id, "READY", 30_000);
    expect(await read(id)).toMatchObject({
      title: "from-admin",
      filename: "from-admin.mp4",
      hlsUrl: expect.stringContaining(".m3u8"),
      posterUrl: expect.stringContaining(".jpg"),
      width: 854,
      errorCode: null,
    });

    const video = page.locator("reelay-player video");
    await video.waitFor({ state: "attached" });
    await video.evaluate(async (element) => {
      Reflect.set(element, "muted", true);
      await (element as unknown as { play(): Promise<void> }).play();
    });
    const time = () => video.evaluate((element) => Number(Reflect.get(element, "currentTime")));
    await expect.poll(time, { timeout: 90_000 }).toBeGreaterThan(1);
    await picture(page, "ready");

    // The file went to Reelay without a key; the CMS received only metadata.
    const uploads = sent.filter(({ method }) => method === "PATCH");
    expect(uploads.map(({ url }) => new URL(url).origin)).toContain(system.api.url);
    expect(sent.filter(({ url, bytes }) => url.startsWith(site.url) && bytes > 100_000)).toEqual([]);
    expect(sent.filter(({ authorization }) => authorization?.includes(system.client.token))).toEqual([]);
    expect(await page.content()).not.toContain(system.client.token);

    await page.goto(`${site.url}/admin/collections/videos`);
    await page.locator(`.reelay-status[data-id="${id}"][data-status="READY"]`).waitFor();
    await page.locator("img.reelay-poster").waitFor();
    await page.getByRole("button", { name: "Catch up" }).click();
    await page.getByText("In step with Reelay").waitFor();
    await picture(page, "list");
  },
);

interface Seen {
  statuses: (string | undefined)[];
  variants: string[];
  fractions: number[];
}

/** Runs in the page, and stays there: the admin changes its pages without reloading them. */
function watchStatus(): void {
  // oxlint-disable-next-line typescript/no-explicit-any -- this function's world is the page's, which has no types here
  const window = globalThis as any;
  const seen: Seen = { statuses: [], variants: [], fractions: [] };
  window.seen = seen;
  new window.MutationObserver(() => {
    for (const one of window.document.querySelectorAll(".reelay-field [data-status]"))
      seen.statuses.push(one.dataset.status);
    for (const one of window.document.querySelectorAll(".reelay-field tr[data-variant]"))
      seen.variants.push(one.dataset.variant);
    for (const one of window.document.querySelectorAll(".reelay-field [data-fraction]"))
      seen.fractions.push(Number(one.dataset.fraction));
  }).observe(window.document.body, { subtree: true, childList: true, attributes: true });
}

test("after missing a job while stopped, the CMS is up to date within seconds of its start, without a webhook", async () => {
  const document = await createDocument(await clip("missed.mp4", 2));
  expect(await read(document.id)).toMatchObject({ status: "AWAITING_SOURCE", hlsUrl: null });
  await whileAway(async () => {
    await document.send();
    await isMade(document.videoId);
  });
  const seconds = await until(document.id, "READY", 60_000);
  console.log(`payload: started in ${site.startedInMs} ms, right ${seconds.toFixed(2)} s after that`);
  expect((await read(document.id)).hlsUrl).toContain(".m3u8");
});

test("repeated and older webhooks change nothing; altered, expired and unsigned ones are refused", async () => {
  const document = await createDocument(await clip("rung.mp4", 2));
  await document.send();
  await until(document.id, "READY", 60_000);
  const before = await read(document.id);

  const webhook = new Webhook(secret);
  const say = (status: string) =>
    JSON.stringify({ type: "video.failed", data: { videoId: document.videoId, video: { status } } });
  const post = async (id: string, at: Date, body: string, signed = body) =>
    (
      await fetch(`${site.url}/api/reelay/webhook`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "webhook-id": id,
          "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
          "webhook-signature": webhook.sign(id, at, signed),
        },
        body,
      })
    ).status;
  const now = new Date();
  // Correctly signed but outdated: the plugin does not trust a message's content.
  expect(await post("msg_late", now, say("FAILED"))).toBe(204);
  expect(await Promise.all(Array.from({ length: 10 }, () => post("msg_late", now, say("FAILED"))))).toEqual(
    Array.from({ length: 10 }, () => 204),
  );
  expect(await post("msg_altered", now, say("FAILED"), say("READY"))).toBe(401);
  expect(await post("msg_old", new Date(Date.now() - 301_000), say("FAILED"))).toBe(401);
  const unsigned = await fetch(`${site.url}/api/reelay/webhook`, { method: "POST", body: say("FAILED") });
  expect(unsigned.status).toBe(401);
  expect(await read(document.id)).toEqual(before);
});

test("Payload starts without Reelay, answers webhooks with 503, and catches up despite a stale lock", async () => {
  const document = await createDocument(await clip("away.mp4", 2));
  await whileAway(async () => {
    await document.send();
    await isMade(document.videoId);
    proxy.refuse(true);
    leaveLock();
  });
  const text = JSON.stringify({ type: "webhook.test" });
  const webhook = fetch(`${site.url}/api/reelay/webhook`, {
    method: "POST",
    headers: {
      "webhook-id": "msg_early",
      "webhook-timestamp": String(Math.floor(Date.now() / 1_000)),
      "webhook-signature": new Webhook(secret).sign("msg_early", new Date(), text),
    },
    body: text,
  });
  const button = site.ask("POST", "/reelay/catch-up");
  expect([(await webhook).status, (await button).status]).toEqual([503, 502]);
  expect(await read(document.id)).toMatchObject({ status: "AWAITING_SOURCE" });
  proxy.refuse(false);
  const seconds = await until(document.id, "READY", 60_000);
  console.log(`payload: right ${seconds.toFixed(2)} s after Reelay came back`);
});

test("an interrupted upload resumes at the same address; a deletion is done when Reelay is back", async () => {
  const document = await createDocument(await clip("deleted.mp4", 2));
  const again = await site.ask("POST", "/reelay/uploads", document.given);
  expect(again.body).toEqual(document.target);
  proxy.refuse(true);
  expect((await site.ask("DELETE", `/videos/${document.id}`)).status).toBe(200);
  expect(await system.client.video(document.videoId)).not.toBeNull();
  proxy.refuse(false);
  await eventually(
    async () => (await system.client.video(document.videoId)) === null,
    "the video is gone, too",
    {
      timeoutMs: 60_000,
    },
  );
});

test("requests without a login are refused, and users cannot write Reelay's fields", async () => {
  for (const [method, at] of [
    ["POST", "/reelay/uploads"],
    ["POST", "/reelay/catch-up"],
    ["GET", "/reelay/live?ids=1"],
    ["GET", "/reelay/health"],
    ["GET", "/reelay-state"],
  ] as const) {
    const { status } = await site.ask(method, at, method === "POST" ? {} : undefined, true);
    expect([401, 403], at).toContain(status);
  }
  expect((await site.ask("GET", "/reelay-state")).status).toBe(403);
  const document = await createDocument(await clip("kept.mp4", 2));
  const forged = {
    title: "Kept",
    status: "READY",
    hlsUrl: "https://elsewhere.example/",
    reelayId: "VmlkZW86MQ",
  };
  expect((await site.ask("PATCH", `/videos/${document.id}`, forged)).status).toBe(200);
  expect(await read(document.id)).toMatchObject({
    title: "Kept",
    status: "AWAITING_SOURCE",
    hlsUrl: null,
    reelayId: document.videoId,
  });
  // Deleted in Reelay: the document shows it, and references to it stay intact.
  const { body: article } = await site.ask("POST", "/articles", { headline: "News", video: document.id });
  await system.client.ask(`mutation ($id: ID!) { deleteVideo(input: { id: $id }) { __typename } }`, {
    id: document.videoId,
  });
  await until(document.id, "DELETED", 60_000);
  const { body } = await site.ask("GET", `/articles/${article.doc.id}?depth=1`, undefined, true);
  expect(body.video).toMatchObject({ title: "Kept", status: "DELETED" });
});

test("with its own URL, the plugin creates its webhook endpoint once and receives webhooks", async () => {
  await site.stop();
  const away = `http://127.0.0.1:${port}/api/reelay/webhook?own`;
  const own = {
    ...env,
    REELAY_WEBHOOK_SECRET: "",
    REELAY_WEBHOOK_URL: away,
    DATABASE_URL: await newDatabase("own.db"),
  };
  const endpoints = async () => {
    const { data } = await system.client.ask(
      "{ webhookEndpoints(first: 10) { nodes { id url status deliveries(first: 10) { nodes { status } } } } }",
    );
    return data.webhookEndpoints.nodes.filter(({ url }: { url: string }) => url === away);
  };
  for (const _ of ["the first time", "and again"]) {
    site = await startSite(port, own);
    // 401 shows that the plugin has a secret to verify with.
    const knock = async () => (await fetch(away, { method: "POST" })).status === 401;
    await eventually(knock, "the endpoint is there, and its secret here");
    const [{ id, deliveries }] = await endpoints();
    const test = await system.client.ask(SEND_TEST, { id });
    expect(test.data?.sendTestWebhook, JSON.stringify(test)).toMatchObject({ __typename: "WebhookDelivery" });
    await eventually(async () => {
      const [{ deliveries: now }] = await endpoints();
      expect(now.nodes.length).toBeGreaterThan(deliveries.nodes.length);
      expect(now.nodes.map(({ status }: { status: string }) => status)).toEqual(
        now.nodes.map(() => "SUCCEEDED"),
      );
    }, "the plugin takes a message that it can verify");
    await site.stop();
  }
  expect(await endpoints()).toHaveLength(1);
});
