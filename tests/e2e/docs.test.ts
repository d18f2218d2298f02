/** Every snippet of README, docs/ and the packages' pages is run, or tests/docs/not-run.ts says why not. */
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type DocumentNode, getOperationAST, OperationTypeNode, parse } from "graphql";
import { createClient } from "graphql-ws";
import type { BrowserContext } from "playwright-core";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSnippetFolder, startSnippet } from "../../packages/testing/run-snippets.ts";
import { startReceiver } from "../../src/webhooks/testing/receiver.ts";
import { completeProgram } from "../docs/complete-program.ts";
import { codeAfter, givensFor } from "../docs/givens.ts";
import { type DocsWorld, valuesFor } from "../docs/graphql-values.ts";
import { idleExceptions, whyNotRun } from "../docs/not-run.ts";
import { openPage, runInPage } from "../docs/run-in-page.ts";
import { findDifferences } from "../docs/same-shape.ts";
import { allSnippets, placeOf, ROOT, type Snippet } from "../docs/snippets.ts";
import { buildConsole } from "../kit/build-console.ts";
import { hasNoChromium, startChromium, whyNoChromium } from "../kit/chromium.ts";
import { eventually, freePort, startSystem } from "../kit/index.ts";
import { typeCommand } from "../kit/shell.ts";
import { makeTestClip } from "../kit/test-clip.ts";

const SNIPPETS = allSnippets();
const toRun = (...languages: string[]) =>
  SNIPPETS.filter((snippet) => languages.includes(snippet.language) && whyNotRun(snippet) === undefined).map(
    (snippet) => [placeOf(snippet), snippet] as const,
  );
const isForNode = ({ code }: Snippet) => /from "node:/.test(code);

let held: AsyncDisposableStack;
let world: DocsWorld;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
let context: BrowserContext | undefined;
let folder: string;

beforeAll(async () => {
  await using stack = new AsyncDisposableStack();
  const system = stack.use(await startSystem());
  receiver = stack.use(await startReceiver());
  ({ folder } = stack.use(await createSnippetFolder(ROOT)));
  if (!hasNoChromium) {
    await buildConsole();
    ({ context } = stack.use(await startChromium()));
  }
  const clip = await makeTestClip(join(system.directory, "video.mp4"), { seconds: 3, size: "320x180" });
  const made = await system.client.ask(
    `mutation ($url: String!) { createWebhookEndpoint(input: { url: $url, eventTypes: ["video.ready"] }) { ... on CreatedWebhookEndpoint { endpoint { id } } } }`,
    { url: receiver.url },
  );
  const videoId = await system.client.upload(clip, { externalId: "cms-4711" });
  await system.client.watch(videoId);
  await eventually(() => receiver.received.length > 0, "a webhook came");
  world = {
    system,
    clip,
    videoId,
    endpointId: made.data.createWebhookEndpoint.endpoint.id,
    receiverUrl: receiver.url,
  };
  held = stack.move();
});
afterAll(() => held?.disposeAsync());

test("every snippet's language is covered by a test", () => {
  // `mermaid` is a diagram, which scripts/generate/rooms.ts generates from the imports.
  const known = new Set(["css", "graphql", "html", "json", "mermaid", "python", "sh", "ts", "tsx", "yaml"]);
  expect(SNIPPETS.filter(({ language }) => !known.has(language)).map(placeOf)).toEqual([]);
  expect(toRun("css", "tsx", "python", "yaml").map(([place]) => place)).toEqual([]);
  expect(idleExceptions(SNIPPETS)).toEqual([]);
});

const browserTest = test.skipIf(hasNoChromium);

browserTest.each(toRun("ts").filter(([, snippet]) => !isForNode(snippet)))(
  `%s runs in a browser${whyNoChromium}`,
  async (_place, snippet) => {
    const { system, videoId, clip } = world;
    const program = `${completeProgram(snippet.code, givensFor(snippet))}\n${codeAfter(snippet)}`
      .replaceAll("http://127.0.0.1:4000", system.api.url)
      .replaceAll("process.env.REELAY_API_KEY", JSON.stringify(system.client.token))
      .replaceAll("cms-4711", crypto.randomUUID());
    const docs = {
      videoId,
      hlsUrl: (await system.client.video(videoId)).playback.hlsUrl,
      uploadUrl: (await system.client.createUpload(clip)).uploadUrl,
      newVideoId: program.includes("newVideoId") && (await system.client.upload(clip)),
    };
    if (context === undefined) throw new Error("There is no browser.");
    expect(await runInPage(context, { program, docs, clip })).toBe("done");
  },
);

browserTest.each(toRun("html"))(
  `%s shows the video in every player${whyNoChromium}`,
  async (_place, { code }) => {
    if (context === undefined) throw new Error("There is no browser.");
    const html = code
      .replaceAll("http://127.0.0.1:4000", world.system.api.url)
      .replaceAll("VmlkZW86…", world.videoId);
    await using shown = await openPage(context, { "": `<!doctype html><title>Page</title>${html}` });
    const states = async () => {
      const frames = shown.page
        .frames()
        .map((frame) =>
          frame
            .locator("reelay-player")
            .evaluateAll((players) => players.map((player) => Reflect.get(player, "state")?.status)),
        );
      return (await Promise.all(frames)).flat();
    };
    const all = Array.from(code.match(/<(?:iframe|reelay-player)\b/g) ?? [], () => "READY");
    expect(all.length).toBeGreaterThan(0);
    await expect.poll(states, { timeout: 60_000, interval: 200 }).toEqual(all);
  },
);

test.each(toRun("ts").filter(([, snippet]) => isForNode(snippet)))(
  "%s accepts a signed message and refuses an altered one",
  async (_place, { code }) => {
    const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const port = await freePort();
    const program = code.replace(".listen(3000)", `.listen(${port})`);
    const run = await startSnippet(folder, program, { REELAY_WEBHOOK_SECRET: secret });
    const [{ body, id } = { body: "", id: "" }] = receiver.received;
    const at = new Date();
    const headers = {
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
      "webhook-signature": new Webhook(secret).sign(id, at, body),
    };
    const send = async (text: string) =>
      (await fetch(`http://127.0.0.1:${port}`, { method: "POST", body: text, headers })).status;
    expect(await eventually(() => send(body), "it listens")).toBe(204);
    expect(await send(`${body} `)).toBe(401);
    await expect.poll(() => run.printed()).toContain("video.ready cms-4711 READY");
    run.kill();
  },
);

/** Answers that commands printed, for the pages' JSON. */
const printed: string[] = [];

test.each(toRun("sh"))("%s succeeds in a shell", async (_place, { code }) => {
  const { system, clip } = world;
  const directory = join(system.directory, "shell");
  await mkdir(join(directory, ".reelay"), { recursive: true });
  await writeFile(join(directory, ".reelay/api-key"), system.client.token);
  for (const name of ["video.mp4", "bunny.mp4"]) await copyFile(clip, join(directory, name));
  const command = code
    .replaceAll(/http:\/\/127\.0\.0\.1:4000|https:\/\/video\.example\.com/g, system.api.url)
    .replaceAll("cms-4711", crypto.randomUUID());
  const url = { REELAY_API_KEY: system.client.token };
  await using shell = typeCommand(`set -o pipefail; cd ${directory}\n${command}`, url);
  // A subscription does not end, so wait for its expected event.
  if (/ask -N|curl -N/.test(code)) await shell.wrote('"status":"READY","progress":1');
  else expect(await shell.ended, shell.output()).toBe(0);
  expect(shell.output()).not.toMatch(/"errors"|"error":\{|"code"/);
  printed.push(...shell.stdout().split("\n"));
});

/** What a page's JSON is an answer of, by a word that only it has. */
const ANSWERS: readonly [word: string, answer: () => unknown][] = [
  ["statusFileUrl", () => JSON.parse(printed.find((line) => line.includes("statusFileUrl")) ?? "null")],
  [
    "dashUrl",
    async () => await (await fetch(`${world.system.api.url}/api/video-status/${world.videoId}`)).json(),
  ],
  [
    "wantedWorkers",
    async () => {
      const { url, token } = world.system.client;
      return await (await fetch(`${url}/scaling`, { headers: { authorization: `Bearer ${token}` } })).json();
    },
  ],
  ['"type": "video.ready"', () => JSON.parse(receiver.received[0]?.body ?? "null")],
];

test.each(toRun("json"))("%s has the shape of the real response", async (_place, { code }) => {
  const [, answer] = ANSWERS.find(([word]) => code.includes(word)) ?? [];
  if (answer === undefined) throw new Error("Nothing is known that answers so: say it in ANSWERS.");
  const real = await answer();
  expect(real).not.toBeNull();
  expect(findDifferences(JSON.parse(code.replaceAll("…", "x")), real)).toEqual([]);
});

test.each(toRun("graphql"))("%s returns a result", async (_place, { code }) => {
  const document = parse(code);
  const variables = await valuesFor(document, world);
  const { data, errors } = await firstResult(document, code, variables);
  expect(errors).toBeUndefined();
  for (const result of Object.values<object | null>(data)) {
    expect(result, JSON.stringify(data)).not.toBeNull();
    // An expected failure is a result as well.
    expect(Object.keys(result ?? {})).not.toEqual(expect.arrayContaining(["code", "message"]));
    expect(Object.keys(result ?? {}).length).toBeGreaterThan(0);
  }
});

type Answer = { data: Record<string, object | null>; errors?: unknown };

/** Of a subscription the first of its results. */
async function firstResult(
  document: DocumentNode,
  query: string,
  variables: Record<string, unknown>,
): Promise<Answer> {
  const { client } = world.system;
  if (getOperationAST(document)?.operation !== OperationTypeNode.SUBSCRIPTION)
    return await client.ask(query, variables);
  const socket = createClient({
    url: `${client.url.replace("http", "ws")}/graphql`,
    connectionParams: { authorization: `Bearer ${client.token}` },
  });
  try {
    for await (const result of socket.iterate({ query, variables })) return result as Answer;
    throw new Error("The subscription ended without a result.");
  } finally {
    await socket.dispose();
  }
}
