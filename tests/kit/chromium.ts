/** A real Chromium. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";

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
const DESKTOP = { viewport: { width: 1280, height: 900 } };
const PHONE = { isMobile: true, hasTouch: true, viewport: { width: 390, height: 844 } };

export interface Chromium extends AsyncDisposable {
  context: BrowserContext;
}

/** A Chromium with a profile of its own, gone with it. */
export async function startChromium({ isMobile = false } = {}): Promise<Chromium> {
  await using stack = new AsyncDisposableStack();
  const profile = stack.adopt(await mkdtemp(join(tmpdir(), "reelay-chromium-")), (path) =>
    rm(path, { recursive: true, force: true, maxRetries: 5 }),
  );
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: FLAGS.split(" "),
    ...(isMobile ? PHONE : DESKTOP),
  });
  stack.defer(() => context.close());
  const held = stack.move();
  return { context, [Symbol.asyncDispose]: () => held.disposeAsync() };
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
