/** A real Chromium. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

const { CI, CHROMIUM_PATH } = process.env;
const executablePath = CHROMIUM_PATH ?? "/usr/bin/chromium";

/** Tests with a browser are left out where there is none; in CI there must be one. */
export const hasNoChromium = !CI && !existsSync(executablePath);
/** For the names of tests that are left out. */
export const whyNoChromium = hasNoChromium
  ? ` (skipped: no Chromium at ${executablePath}; set CHROMIUM_PATH)`
  : "";

const FLAGS =
  "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";
/** Without a GPU, each frame of an animation takes processor time. */
const STILL = { reducedMotion: "reduce" } as const;
const DESKTOP = { ...STILL, viewport: { width: 1280, height: 900 } };
const PHONE = { ...STILL, isMobile: true, hasTouch: true, viewport: { width: 390, height: 844 } };

/** For a page on a machine that also renders; no statement about speed. */
const PATIENCE_MS = 90_000;

export interface Chromium extends AsyncDisposable {
  context: BrowserContext;
}

let running: Promise<Browser> | undefined;

/** One for all test files of this process, which ends it: a start takes seconds of processor time. */
async function startedBrowser(): Promise<Browser> {
  const browser = await running?.catch(() => undefined);
  if (browser?.isConnected()) return browser;
  running = chromium.launch({ executablePath, headless: true, args: FLAGS.split(" ") });
  return await running;
}

/** A profile of its own in a Chromium, gone with it. */
export async function startChromium({ isMobile = false } = {}): Promise<Chromium> {
  const browser = await startedBrowser();
  const context = await browser.newContext(isMobile ? PHONE : DESKTOP);
  context.setDefaultTimeout(PATIENCE_MS);
  return { context, [Symbol.asyncDispose]: () => context.close() };
}

/**
 * Writes a picture into the folder that `REELAY_PICTURES` names; without it, none. A PNG shows the whole
 * page, a JPEG what fits into the window (docs/images).
 */
export async function takePicture(page: Page, name: string, type: "png" | "jpeg" = "png"): Promise<void> {
  const folder = process.env["REELAY_PICTURES"];
  if (!folder) return;
  const path = join(folder, `${name.replaceAll(" ", "-")}.${type}`);
  await page.screenshot({ path, type, fullPage: type === "png", ...(type === "jpeg" && { quality: 80 }) });
}
