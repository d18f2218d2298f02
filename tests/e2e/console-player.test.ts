/**
 * The player in the console: under the console's own security policy, with everything that other pages get.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hasNoChromium, takePicture, whyNoChromium as where } from "../kit/chromium.ts";
import { type ConsoleKit, startConsole } from "../kit/console.ts";
import { scrubNow } from "../kit/scrub.ts";
import { makeTestClip } from "../kit/test-clip.ts";

const browserTest = test.skipIf(hasNoChromium);
const patience = { timeout: 60_000, interval: 100 };
let kit: ConsoleKit;
let id: string;

const setCaptions = `mutation ($input: SetCaptionsInput!) { setCaptions(input: $input) { __typename ... on Error { message } } }`;

beforeAll(async () => {
  if (hasNoChromium) return;
  kit = await startConsole();
  const file = await makeTestClip(join(kit.system.directory, "clip.mp4"), { seconds: 24 });
  id = await kit.system.client.upload(file, { title: "clip" });
  const content = "WEBVTT\n\n00:00.000 --> 00:24.000\nGood day\n";
  const input = { videoId: id, language: "en", content };
  const { data } = await kit.system.client.ask(setCaptions, { input });
  expect(data.setCaptions.__typename).toBe("CaptionTrack");
  await kit.system.client.watch(id);
});
afterAll(() => kit?.[Symbol.asyncDispose]());

const player = (page: Page) => page.locator("reelay-player");
const media = <Result>(page: Page, run: (video: HTMLVideoElement) => Result): Promise<Result> =>
  page.locator("reelay-player video").evaluate<Result, HTMLVideoElement>(run as never);
const time = (page: Page) => media(page, ({ currentTime }) => currentTime);

async function openVideo(onRequest: (url: string) => void = () => {}): Promise<Page> {
  kit.context.once("page", (page) => page.on("request", (request) => onRequest(request.url())));
  const page = await kit.open(`/videos/${id}`);
  await player(page).waitFor();
  await expect.poll(() => media(page, ({ readyState }) => readyState), patience).toBeGreaterThan(0);
  await media(page, (video) => {
    video.muted = true;
  });
  return page;
}

browserTest(`viewers can choose a quality and see captions and seek bar previews${where}`, async () => {
  const page = await openVideo();
  await player(page).getByRole("button", { name: "play", exact: true }).click();
  await expect.poll(() => time(page), patience).toBeGreaterThan(0.5);
  await player(page).hover();
  await page.locator("media-rendition-menu-button").click();
  const qualities = page.locator("media-rendition-menu media-chrome-menu-item");
  // The copied source is listed with the variant of its height.
  const heights = async () => [
    ...new Set((await qualities.allTextContents()).map((text) => /\d+p|Auto/.exec(text)?.[0])),
  ];
  await expect.poll(heights, patience).toEqual(["360p", "240p", "144p", "Auto"]);
  await qualities.filter({ hasText: "144p" }).click();
  await expect.poll(() => media(page, ({ videoHeight }) => videoHeight), patience).toBe(144);

  await page.locator("media-controller").focus();
  await page.keyboard.press("c");
  await expect
    .poll(
      () =>
        media(page, (video) =>
          [...video.textTracks]
            .filter(({ mode }) => mode === "showing")
            .flatMap(({ activeCues }) => [...(activeCues ?? [])].map((cue) => (cue as VTTCue).text)),
        ),
      patience,
    )
    .toContain("Good day");

  const box = await page.locator("media-time-range").boundingBox();
  await page.mouse.move((box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2);
  const picture = page.locator("media-preview-thumbnail img");
  await expect
    .poll(() => picture.evaluate((image) => Number(Reflect.get(image, "naturalWidth"))), patience)
    .toBeGreaterThan(0);
  await page.close();
});

browserTest(
  `keys play, pause and seek; a returning viewer resumes at the last position${where}`,
  async () => {
    const page = await openVideo();
    await page.locator("media-controller").focus();
    await page.keyboard.press("k");
    await expect.poll(() => media(page, ({ paused }) => paused), patience).toBe(false);
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => time(page), patience).toBeGreaterThan(10);
    await page.keyboard.press("k");
    await expect.poll(() => media(page, ({ paused }) => paused), patience).toBe(true);
    const left = await time(page);
    await page.reload();
    await player(page).waitFor();
    await expect.poll(() => time(page), patience).toBeGreaterThan(left - 1);
    // The console's own shortcuts do not apply: "k" did not leave the page.
    expect(new URL(page.url()).pathname).toContain("/videos/");
    await page.close();
  },
);

browserTest(
  `a poster is created from the current frame; a preview and an MP4 are created on request${where}`,
  async () => {
    const page = await openVideo();
    const extra = (name: string) => page.getByRole("group", { name, exact: true });
    const before = await extra("Poster").getByRole("img").getAttribute("src");
    await media(page, (video) => {
      video.currentTime = 12;
    });
    await expect.poll(() => time(page), patience).toBe(12);
    // Until the page has been looked at, no worker takes the task.
    await kit.system.client.ask("mutation { pauseQueue { __typename } }");
    await extra("Poster").getByRole("button", { name: "Use current frame" }).click();
    await page.getByText("Creating a poster from 0:12…").waitFor();
    await kit.system.client.ask("mutation { resumeQueue { __typename } }");
    await expect.poll(() => extra("Poster").getByRole("img").getAttribute("src"), patience).not.toBe(before);
    const asked = await kit.system.client.ask("query($id: ID!) { video(id: $id) { poster { atMs } } }", {
      id,
    });
    expect(asked.data.video.poster.atMs).toBe(12_000);

    await extra("Preview").getByRole("button", { name: "Make a preview" }).click();
    const preview = extra("Preview").getByRole("img");
    await expect
      .poll(() => preview.evaluate((image) => Number(Reflect.get(image, "naturalWidth"))), patience)
      .toBeGreaterThan(0);
    await extra("MP4").getByRole("button", { name: "Make an MP4" }).click();
    const link = extra("MP4").getByRole("link", { name: /^Download .*360p$/ });
    await link.waitFor({ timeout: patience.timeout });
    const file = await fetch((await link.getAttribute("href")) ?? "");
    expect([file.status, file.headers.get("content-type")]).toEqual([200, "video/mp4"]);
    await page.getByRole("article", { name: "Job 4" }).getByRole("heading", { name: "Download" }).waitFor();
    await takePicture(page, "video-extras");
    await page.close();
  },
);

browserTest(`captions can be added from a file, appear immediately, and can be removed${where}`, async () => {
  const page = await openVideo();
  const tracks = page.getByRole("list", { name: "Caption tracks" }).getByRole("listitem");
  await page.getByRole("button", { name: "Add captions" }).click();
  const window = page.getByRole("dialog", { name: "Add captions" });
  const choose = (name: string, text: string, encoding: "latin1" | "utf8") =>
    window
      .getByLabel("File")
      .setInputFiles({ name, mimeType: "application/x-subrip", buffer: Buffer.from(text, encoding) });
  await choose("clip.de.srt", "no captions", "utf8");
  expect(await window.getByLabel("Language").inputValue()).toBe("de");
  await window.getByRole("button", { name: "Add the captions" }).click();
  await window.getByRole("alert").waitFor();
  // Old Windows editors write this encoding.
  await choose("clip.de.srt", "1\n00:00:00,000 --> 00:00:24,000\nGrüß Gott\n", "latin1");
  await takePicture(page, "window-captions");
  const { playback } = (
    await kit.system.client.ask("query ($id: ID!) { video(id: $id) { playback { hlsUrl } } }", { id })
  ).data.video;
  // Browsers may keep playlists for a second.
  await page.evaluate(async (url) => (await fetch(url)).text(), playback.hlsUrl as string);
  await window.getByRole("button", { name: "Add the captions" }).click();
  await window.waitFor({ state: "detached" });
  await tracks.filter({ hasText: "Deutsch" }).waitFor();
  expect(await tracks.count()).toBe(2);
  const texts = () =>
    media(page, (video) => {
      for (const track of video.textTracks) if (track.language === "de") track.mode = "showing";
      return [...video.textTracks].flatMap(({ cues }) =>
        [...(cues ?? [])].map((cue) => (cue as VTTCue).text),
      );
    });
  await expect.poll(texts, patience).toContain("Grüß Gott");

  await tracks.filter({ hasText: "Deutsch" }).getByRole("button", { name: "Remove Deutsch" }).click();
  await page.getByRole("button", { name: "Remove the captions" }).click();
  await expect.poll(() => tracks.count(), patience).toBe(1);
  await page.close();
});

const rowKeyOf = (globalId: string) => Buffer.from(globalId, "base64url").toString().split(":")[1] ?? "";
const createTokens = `mutation ($id: ID!) {
  u: createUploadToken(input: {}) { ... on CreatedUploadToken { token } }
  v: createViewerToken(input: { videoIds: [$id] }) { ... on CreatedViewerToken { token } } }`;
const setPolicy = `mutation ($id: ID!, $policy: PlaybackPolicy!) { updateVideo(input: { id: $id, playbackPolicy: $policy }) { ... on Video { playbackPolicy } } }`;

browserTest(
  `a SIGNED video plays in the console, and no address reveals its existence to others${where}`,
  async () => {
    const { api, client } = kit.system;
    await client.ask(setPolicy, { id, policy: "SIGNED" });
    const requests: string[] = [];
    const page = await openVideo((url) => requests.push(url));
    await player(page).getByRole("button", { name: "play", exact: true }).click();
    await expect.poll(() => time(page), patience).toBeGreaterThan(0.5);
    const segments = requests.filter((url) => url.endsWith(".m4s")).map((url) => new URL(url).pathname);
    expect(segments.length).toBeGreaterThan(0);
    expect(segments.filter((path) => !path.startsWith("/media/~1."))).toEqual([]);
    await page.close();

    const missing = Buffer.from("Video:019a0000-0000-7000-8000-000000000009").toString("base64url");
    const segment = segments[0]?.split("/").slice(5).join("/");
    /** The whole answer, without the ids that the question named and what differs with each moment. */
    const answerFor = async (
      path: string,
      of: string,
      { post, token }: { post?: object; token?: string } = {},
    ) => {
      const inPath = path.replaceAll("GLOBAL", of).replaceAll("KEY", rowKeyOf(of));
      const body = post === undefined ? null : JSON.stringify({ ...post, video: of });
      const method = body === null ? "GET" : "POST";
      const authorization = token === undefined ? undefined : { authorization: `Bearer ${token}` };
      const response = await fetch(`${api.url}${inPath}`, { method, body, headers: authorization ?? {} });
      const { date: _, ...headers } = Object.fromEntries(response.headers) as Record<string, string>;
      const text = (await response.text()).replaceAll(of, "GLOBAL").replaceAll(rowKeyOf(of), "KEY");
      return { status: response.status, headers, text };
    };
    const { data: tokens } = await client.ask(createTokens, { id });
    for (const path of [
      "/media/videos/KEY/status.json",
      "/media/videos/KEY/manifest/master.m3u8",
      `/media/videos/KEY/${segment}`,
      "/watch/GLOBAL",
      "/embed/GLOBAL",
      "/api/video-status/GLOBAL",
    ]) {
      // Browser tokens do not open these either, even for their own video.
      for (const token of [undefined, tokens.u.token, tokens.v.token]) {
        const answer = await answerFor(path, id, { token });
        expect([path, answer.status]).toEqual([path, 404]);
        expect(answer).toEqual(await answerFor(path, missing, { token }));
      }
    }
    const post = { session: "s", events: [] };
    const posted = await answerFor("/api/playback-events", id, { post });
    expect(posted.status).toBe(404);
    expect(posted).toEqual(await answerFor("/api/playback-events", missing, { post }));
    for (const { token } of [tokens.u, tokens.v])
      expect((await answerFor("/metrics", id, { token })).status).toBe(403);
    await client.ask(setPolicy, { id, policy: "PUBLIC" });
  },
);

browserTest(`damage to stored files is shown with its repair status${where}`, async () => {
  const { db, storeDirectory } = kit.system;
  const { key } = await db.captionTrack.findFirstOrThrow({ where: { videoId: rowKeyOf(id) } });
  await rm(join(storeDirectory, key));
  await scrubNow(kit.system, rowKeyOf(id));
  const page = await kit.open(`/videos/${id}`);
  const notice = page.getByRole("status").filter({ hasText: "Stored files are damaged" });
  await notice.waitFor();
  const { damages } = (
    await kit.system.client.ask("query ($id: ID!) { video(id: $id) { damages { message } } }", { id })
  ).data.video;
  expect(await notice.getByRole("paragraph").allTextContents()).toEqual(
    damages.map(({ message }: { message: string }) => message),
  );
  // Captions come from a user's file, so Reelay cannot recreate them.
  expect(await notice.getByRole("button", { name: "Repair" }).count()).toBe(0);
  await takePicture(page, "video-damage");
  await page.close();
});

browserTest(`no page violated its security policy or logged an error${where}`, () => {
  expect(kit.complaints).toEqual([]);
});
