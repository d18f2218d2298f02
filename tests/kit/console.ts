import type { BrowserContext, Page } from "playwright-core";
import { buildConsole } from "./build-console.ts";
import { startChromium } from "./chromium.ts";
import { type System, type SystemOptions, startSystem } from "./start-system.ts";

export interface ConsoleKit extends AsyncDisposable {
  system: System;
  context: BrowserContext;
  /** A page that is signed in, at this address. */
  open(path?: string): Promise<Page>;
  /**
   * What pages logged as errors, and what they threw, so far: violations of the Content-Security-Policy among
   * it.
   */
  complaints: string[];
}

/** The system with some workers, and a browser with its console. */
export async function startConsole({
  workers = 2,
  ...more
}: Pick<SystemOptions, "workers" | "launches"> = {}): Promise<ConsoleKit> {
  await using stack = new AsyncDisposableStack();
  await buildConsole();
  const system = stack.use(await startSystem({ workers, ...more }));
  const { context } = stack.use(await startChromium());
  const complaints: string[] = [];
  context.on("weberror", (event) => complaints.push(String(event.error())));
  context.on("console", (message) => {
    // What the network lacks is part of being offline, and says nothing of the page.
    if (message.type() === "error" && !/net::ERR_|Failed to load resource/.test(message.text()))
      complaints.push(message.text());
  });
  const held = stack.move();
  return {
    system,
    context,
    complaints,
    async open(path = "/") {
      const page = await context.newPage();
      await page.goto(`${system.api.url}${path}#key=${system.client.token}`);
      await page.getByRole("navigation").waitFor();
      return page;
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
