import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { type CompositionSettings, objectKeys } from "@reelay/contracts";
import { hashFiles } from "@reelay/templates";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startWorker, temporaryDirectory } from "../../testing/kit.ts";

let worker: Awaited<ReturnType<typeof startWorker>>;
beforeAll(async () => {
  worker = await startWorker();
});
afterAll(() => worker[Symbol.asyncDispose]());

const manifest = {
  ...{ name: "own", version: 1, title: "Own", size: [640, 360], frameRate: 10 },
  ...{ data: { type: "object" }, example: {} },
  scenes: [{ html: "scene.html", timeline: [{ mark: "show", speak: "Hello", lasts: 1_000 }] }],
};
const filesOf = (html: string, others: Record<string, Buffer> = {}) =>
  new Map([
    ["template.json", Buffer.from(JSON.stringify(manifest))],
    ["scene.html", Buffer.from(html)],
    ...Object.entries(others),
  ]);

/** Stores a template as the API does. */
async function store(contents: ReadonlyMap<string, Buffer>): Promise<CompositionSettings["template"]> {
  const templateId = randomUUID();
  for (const [path, content] of contents)
    await worker.store.put(objectKeys.templateFile(templateId, path), content);
  const files = [...contents].map(([path, content]) => ({ path, sizeBytes: content.length }));
  return { name: "own", version: 1, sha256: hashFiles(contents), stored: { templateId, files } };
}

/** The worker's report about a still of the template. */
async function check(template: CompositionSettings["template"]) {
  const composition: CompositionSettings = {
    ...{ version: 1, template, width: 640, height: 360, frameRate: 10, language: "en", voice: null },
  };
  const checkId = randomUUID();
  await worker.messaging.control({
    ...{ type: "source.check-requested.v1", checkId, kind: "COMPOSITION", script: "{}" },
    ...{ settings: composition, requestedAt: new Date().toISOString() },
    stills: { scenes: null, mark: null, width: 640, height: 360 },
  });
  return worker.messaging.published.find((one) => "checkId" in one && one.checkId === checkId);
}

/** A small file that unpacks to 3.6 GB of pixels. */
function pictureBomb(): Buffer {
  const side = 30_000;
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 1;
  const pixels = deflateSync(Buffer.alloc((side / 8 + 1) * side), { level: 1 });
  const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", pixels), chunk("IEND", Buffer.of())]);
}

test("a template of a workspace is fetched once by its hash, and drawn", async () => {
  const template = await store(filesOf("<div>{{ language }}</div>"));
  const drawn = { type: "source.checked.v1", checked: { issues: [], stills: [{ scene: 0, width: 640 }] } };
  expect(await check(template)).toMatchObject(drawn);
  const { templateId = "" } = template.stored ?? {};
  await worker.store.deletePrefix(objectKeys.template(templateId));
  expect(await check(template)).toMatchObject(drawn);
});

test("a video of it is drawn, and one whose template is gone fails for good", async () => {
  await using folder = await temporaryDirectory();
  const path = join(folder.path, "data.json");
  await writeFile(path, "{}");
  const end = async (template: CompositionSettings["template"]) => {
    const composition: CompositionSettings = {
      ...{ version: 1, template, width: 256, height: 144, frameRate: 10, language: "en", voice: null },
    };
    return await worker.end(await worker.request(path, { kind: "COMPOSITION", composition }));
  };
  const template = await store(filesOf("<div>drawn</div>"));
  const { result } = await end(template);
  expect(result.source?.probe).toMatchObject({ container: "template" });
  const gone = await store(filesOf("<div>never drawn</div>"));
  await worker.store.deletePrefix(objectKeys.template(gone.stored?.templateId ?? ""));
  expect(await end(gone)).toMatchObject({
    outcome: "REJECTED",
    error: { code: "TEMPLATE_DELETED", retriable: false },
  });
}, 60_000);

test("a template that is gone or was altered fails for good, with the reason", async () => {
  const gone = await store(filesOf("<p>gone</p>"));
  await worker.store.deletePrefix(objectKeys.template(gone.stored?.templateId ?? ""));
  const failed = (code: string) => ({
    ...{ type: "source.check-failed.v1", error: { code, retriable: false, scope: "INPUT" } },
  });
  expect(await check(gone)).toMatchObject(failed("TEMPLATE_DELETED"));
  const altered = await store(filesOf("<p>altered</p>"));
  const key = objectKeys.templateFile(altered.stored?.templateId ?? "", "scene.html");
  await worker.store.put(key, "<p>ALTERED</p>");
  expect(await check(altered)).toMatchObject(failed("TEMPLATE_DAMAGED"));
});

const repeat = (text: string, times: number) => `<div>${text.repeat(times)}</div>`;
const nested = `${"<div>".repeat(3_000)}deep${"</div>".repeat(3_000)}`;
const bomb = pictureBomb();
const nestedSvg = (levels: number) =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${"<g>".repeat(levels)}${"</g>".repeat(levels)}</svg>`,
  );
const svg = '<div><img src="deep.svg" style="width:100px;height:100px"></div>';

test.each<[string, string, string, Record<string, Buffer>?]>([
  ["20,000 elements", "TEMPLATE_TOO_COSTLY", "<div>{% for i in (1..20000) %}<i>x</i>{% endfor %}</div>"],
  ["a deep tree", "TEMPLATE_TOO_COSTLY", nested],
  ["an endless loop", "TEMPLATE_TOO_COSTLY", "<div>{% for i in (1..100000000) %}{% endfor %}</div>"],
  [
    "a picture bomb",
    "TEMPLATE_INVALID",
    '<div><img src="bomb.png" style="width:100px;height:100px"></div>',
    { "bomb.png": bomb },
  ],
  [
    "costly blurs",
    "TEMPLATE_TOO_COSTLY",
    repeat('<div style="width:640px;height:360px;background:red;filter:blur(400px)"></div>', 400),
  ],
  ["a deep SVG picture", "TEMPLATE_INVALID", svg, { "deep.svg": nestedSvg(2_000) }],
  ["an SVG picture that is too deep for its parser", "DATA_INVALID", svg, { "deep.svg": nestedSvg(100_000) }],
  [
    "a deep SVG picture among the elements",
    "TEMPLATE_TOO_COSTLY",
    `<div><svg>${"<g>".repeat(3_000)}${"</g>".repeat(3_000)}</svg></div>`,
  ],
  ["a file of the worker", "DATA_INVALID", '<div><img src="/etc/hostname"></div>'],
  ["an included file", "TEMPLATE_INVALID", "<div>{% include '/etc/hostname' %}</div>"],
])("%s is an issue of the template, soon", async (_what, code, html, others) => {
  const template = await store(filesOf(html, others));
  expect(await check(template)).toMatchObject({
    type: "source.checked.v1",
    checked: { timeline: null, issues: [{ severity: "ERROR", code }] },
  });
});
