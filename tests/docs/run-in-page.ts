/** Runs programs in a page of a real browser. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { BrowserContext } from "playwright-core";
import { bundle } from "../../packages/testing/site.ts";
import { ROOT } from "./snippets.ts";

/** Tells how it ended, and takes an expected failure of the API, which is no exception, for one. */
const frame = (
  docs: object,
) => `<!doctype html><html lang="en"><title>Snippet</title><body><video muted></video><script>
  const docs = { ...${JSON.stringify(docs)}, end(outcome) { document.body.dataset.outcome ??= outcome } };
  const fail = (reason) => docs.end("failed: " + (reason?.stack ?? reason));
  addEventListener("error", ({ error, message }) => fail(error ?? message));
  addEventListener("unhandledrejection", ({ reason }) => fail(reason));
  const send = window.fetch;
  window.fetch = async (...given) => {
    const response = await send(...given);
    if (!String(given[0]).endsWith("/graphql")) return response;
    const { data } = await response.clone().json();
    for (const result of Object.values(data ?? {})) if (result?.code && result.message) fail(result.message);
    return response;
  };
</script><script type="module" src="program.js"></script>`;

/** Resolves to `done`, or to `failed: …` with the reason. */
export async function runInPage(
  context: BrowserContext,
  options: { program: string; docs: object; clip: string },
): Promise<string> {
  const program = await bundle({ text: `${options.program}\ndocs.end("done");`, folder: ROOT });
  await using shown = await openPage(context, {
    "": frame(options.docs),
    "program.js": program,
    "clip.mp4": await readFile(options.clip),
    put: "",
  });
  const outcome = shown.page.locator("body[data-outcome]");
  await outcome.waitFor({ timeout: 60_000 });
  return (await outcome.getAttribute("data-outcome")) ?? "";
}

/** A page of an origin of its own: `files` by their names, the page itself without one. */
export async function openPage(context: BrowserContext, files: Record<string, string | Buffer>) {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await serve(files));
  const page = stack.adopt(await context.newPage(), (opened) => opened.close());
  await page.goto(server.url);
  const held = stack.move();
  return { page, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

async function serve(files: Record<string, string | Buffer>) {
  const server = createServer((request, response) => {
    const name = (request.url ?? "/").slice(1);
    const file = files[name];
    request.resume();
    if (file === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader(
      "content-type",
      name === "" ? "text/html" : name.endsWith(".js") ? "text/javascript" : "video/mp4",
    );
    response.end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
