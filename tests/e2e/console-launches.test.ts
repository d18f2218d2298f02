/** The console's page of launches while a worker is rented for a video: every state as it is seen. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testEnv } from "../../render-worker/testing/env.ts";
import { hasNoChromium, takePicture, whyNoChromium as where } from "../kit/chromium.ts";
import { type ConsoleKit, startConsole } from "../kit/console.ts";
import { findTooWide, rules, violations } from "../kit/page-checks.ts";
import { makeTestClip } from "../kit/test-clip.ts";

const browserTest = test.skipIf(hasNoChromium);
let kit: ConsoleKit;
let directory: string;
beforeAll(async () => {
  if (hasNoChromium) return;
  directory = await mkdtemp(join(tmpdir(), "reelay-console-launches-"));
  const settings = {
    // Other systems on this machine have other names.
    installation: `c${process.pid.toString(36)}x`,
    targets: [
      {
        // Nothing listens there.
        ...{ name: "away", kind: "HTTP_ENDPOINT", realm: "OWN" },
        settings: { url: "http://127.0.0.1:1", keyVariable: "AWAY_KEY" },
      },
      {
        ...{ name: "here", kind: "LOCAL_PROCESSES", realm: "OWN", maxInstances: 2, idleExitSeconds: 10 },
        environment: { WORK_DIR: join(directory, "work"), METADATA_SERVER_DETECTION: "none" },
      },
    ],
  };
  kit = await startConsole({
    workers: 0,
    launches: {
      settings: JSON.stringify(settings),
      environment: { ...(testEnv as Record<string, string>), AWAY_KEY: "key" },
    },
  });
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
  if (directory) await rm(directory, { recursive: true, force: true });
});

/** axe and the width of a phone in light and dark mode, with pictures. */
async function look(page: Page, state: string): Promise<void> {
  for (const width of [1_440, 390]) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await takePicture(page, `launches-${state}-${width}-${colorScheme}`);
      const found = await violations(page, rules[colorScheme]);
      expect(found, `${state}, ${width} px, ${colorScheme}`).toEqual([]);
    }
    expect(await findTooWide(page, width), `${state}, ${width} px`).toEqual([]);
  }
  await page.setViewportSize({ width: 1_440, height: 900 });
}

browserTest(
  `an operator sees offers and machines change while a video is rendered, without reloading${where}`,
  async () => {
    const page = await kit.open("/launches");
    const offer = (name: string) => page.getByRole("listitem", { name, exact: true });
    await offer("away").getByText("Idle").waitFor();
    await page.getByText("No machine was rented in the last 30 days").waitFor();
    await look(page, "empty");

    const clip = await makeTestClip(join(directory, "clip.mp4"), { seconds: 2 });
    await kit.system.client.upload(clip);
    const machines = page.getByRole("list", { name: "Machines" }).locator(".launch");
    await offer("away").getByText("Circuit open").waitFor({ timeout: 60_000 });
    await machines.filter({ hasText: "away" }).getByText("UNAVAILABLE").first().waitFor();
    await look(page, "failed");
    const here = machines.filter({ has: page.getByText("here", { exact: true }) }).first();
    await here.getByText("Running", { exact: true }).waitFor({ timeout: 90_000 });
    await offer("here").getByText("1 of 2 open").waitFor();
    await here.getByText("Why not away").click();
    await here.getByText("UNAVAILABLE").waitFor();
    await look(page, "busy");
    await here.getByText("Ended").waitFor({ timeout: 120_000 });
    await page.getByText("No machine costs anything now.").waitFor();
    await look(page, "ended");
    expect(kit.complaints).toEqual([]);
    await page.close();
  },
  300_000,
);

browserTest(`a key without the scope OPERATOR has no link to the page, and reads why${where}`, async () => {
  const { data } = await kit.system.client.ask(
    `mutation { createApiKey(input: { name: "admin", scopes: [ADMIN] }) { ... on CreatedApiKey { secret } } }`,
  );
  const page = await kit.context.newPage();
  await page.goto(`${kit.system.api.url}/launches#key=${data.createApiKey.secret}`);
  await page.getByText("This key has no access to launches").waitFor();
  expect(await page.getByRole("link", { name: "Launches" }).count()).toBe(0);
  await page.close();
});
