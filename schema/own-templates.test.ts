/** Templates of workspaces, as clients create, read and delete them. The worker is this test. */
import { buffer } from "node:stream/consumers";
import { type CheckedSource, decodeMessage, objectKeys } from "@reelay/contracts";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ZipFile } from "yazl";
import { keyOf } from "../src/inputs/global-id.ts";
import { applyCheckReport } from "../src/source-checks/index.ts";
import { everyKind, workerRow } from "../src/testing/fleet-rows.ts";
import { createTestApi, type TestApi } from "./testing/test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api[Symbol.asyncDispose]());
beforeEach(async () => {
  await api.db.template.deleteMany();
  await api.db.sourceCheck.deleteMany();
  await api.db.outboxMessage.deleteMany();
  const kinds = everyKind.map(({ name, runtime }) => ({ name, runtime, version: "1" }));
  const data = workerRow("w", { kinds, jail: { level: "FULL", reason: null }, now: api.clock() });
  await api.db.worker.upsert({ where: { id: "w" }, create: data, update: data });
});

const FIELDS = "name version title status isBuiltIn issues { code path } error { code } sha256 createdAt";
const CREATE = `mutation ($input: CreateTemplateInput!) { createTemplate(input: $input) {
  __typename ... on Template { ${FIELDS} } ... on InvalidInputError { field }
  ... on QuotaExceededError { quota } ... on Error { code message } } }`;
const DELETE = `mutation ($input: DeleteTemplateInput!) { deleteTemplate(input: $input) {
  __typename ... on DeletedTemplate { name versions } ... on Error { code } } }`;

const manifest = {
  ...{ name: "greeting", version: 1, title: "Greeting", size: [1920, 1080], frameRate: 30 },
  data: { type: "object", properties: { text: { type: "string", pattern: "^[A-Z]" } }, required: ["text"] },
  example: { text: "Hello" },
  scenes: [{ html: "scene.html", timeline: [{ mark: "show", speak: "{{ text }}" }] }],
};
const scene = "<div>{{ text }}</div>";
const filesOf = (changes: object = {}) => [
  { path: "template.json", text: JSON.stringify({ ...manifest, ...changes }) },
  { path: "scene.html", text: scene },
];

async function ask(document: string, input: object, token?: string) {
  const { data, errors } = await api.ask(document, { input }, token);
  expect(errors).toBeUndefined();
  return data.createTemplate ?? data.deleteTemplate ?? data.createVideo;
}

/** The worker answers as soon as it is asked. */
async function answer(changes: Partial<CheckedSource>): Promise<void> {
  const rows = await api.db.outboxMessage.findMany();
  await api.db.outboxMessage.deleteMany({ where: { id: { in: rows.map(({ id }) => id) } } });
  for (const { data } of rows) {
    const decoded = decodeMessage(data);
    if (!decoded.ok || decoded.message.type !== "source.check-requested.v1") continue;
    const { checkId, settings } = decoded.message;
    expect(settings).toMatchObject({ template: { stored: { files: expect.any(Array) } } });
    const timeline = { animations: 1, durationMs: 1_000, frames: 30, hasAudio: false };
    const checked = { version: 1, painterVersion: "1", scenes: [], scene: null, timeline, issues: [] };
    const report = { checkId, workerId: "w", at: api.clock().toISOString() };
    await applyCheckReport(api, {
      ...{ type: "source.checked.v1", ...report },
      checked: { ...checked, ...changes } as CheckedSource,
    });
  }
}

/** Creates a template while a worker answers. */
async function create(input: object, changes: Partial<CheckedSource> = {}, token?: string) {
  const created = ask(CREATE, input, token);
  const over = new AbortController();
  created.finally(() => over.abort()).catch(() => undefined);
  while (!over.signal.aborted) {
    await answer(changes);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return await created;
}

const read = async (name: string, version?: number, token?: string) => {
  const document = `query ($name: String!, $version: Int) { template(name: $name, version: $version) { ${FIELDS} } }`;
  return (await api.ask(document, { name, version }, token)).data.template;
};
const namesFor = async (token?: string) => {
  const { data } = await api.ask("{ templates { name version isBuiltIn } }", {}, token);
  return data.templates.filter((one: { isBuiltIn: boolean }) => !one.isBuiltIn);
};

/** A material that has been uploaded. */
async function upload(filename: string, content: Buffer): Promise<string> {
  const input = { upload: { filename, sizeBytes: content.length } };
  const { data } = await api.ask(
    "mutation ($input: CreateMaterialInput!) { createMaterial(input: $input) { ... on Material { id } } }",
    { input },
  );
  const { id } = data.createMaterial;
  const { objectKey } = await api.db.material.findUniqueOrThrow({
    where: { id: keyOf("Material", id) ?? "" },
  });
  await api.store.put(objectKey, content);
  await api.ask("mutation ($id: ID!) { completeMaterial(input: { id: $id }) { ... on Material { kind } } }", {
    id,
  });
  return id;
}

async function zip(files: Record<string, string | Buffer>, modes: Record<string, number> = {}) {
  const archive = new ZipFile();
  for (const [path, content] of Object.entries(files))
    archive.addBuffer(Buffer.from(content), path, { mode: modes[path] ?? 0o644 });
  archive.end();
  return await buffer(archive.outputStream);
}
const createFrom = async (content: Buffer) => create({ archive: await upload("template.zip", content) });

test("a template is created from files, checked by its example, and makes videos of its workspace alone", async () => {
  const created = await create({ files: filesOf() });
  expect(created).toMatchObject({
    ...{ name: "greeting", version: 1, title: "Greeting", status: "READY", isBuiltIn: false, issues: [] },
  });
  expect(await create({ files: filesOf() })).toEqual(created);
  expect(await namesFor()).toMatchObject([{ name: "greeting", version: 1 }]);
  expect([await namesFor(api.theirs.all), await read("greeting", 1, api.theirs.all)]).toEqual([[], null]);
  const VIDEO = `mutation ($input: CreateVideoInput!) { createVideo(input: $input) { __typename
    ... on Video { id source { data composition { template version } } } ... on InvalidDataError { issues { path } }
    ... on Error { code } } }`;
  const make = (data: object, token?: string) =>
    ask(VIDEO, { title: "Hi", source: { template: { template: "greeting", data } } }, token);
  expect(await make({ text: "Hello" })).toMatchObject({
    source: { data: { text: "Hello" }, composition: { template: "greeting", version: 1 } },
  });
  expect(await make({ text: "hello" })).toMatchObject({ issues: [{ path: "/text" }] });
  expect(await make({ text: "Hello" }, api.theirs.all)).toMatchObject({ code: "TEMPLATE_NOT_FOUND" });

  const wider = filesOf({ version: 2, title: "Greetings" });
  expect(await create({ files: wider })).toMatchObject({ version: 2, title: "Greetings" });
  expect(await namesFor()).toMatchObject([{ name: "greeting", version: 2 }]);
  expect(await read("greeting", 1)).toMatchObject({ title: "Greeting" });

  expect(await ask(DELETE, { name: "greeting", version: 1 })).toMatchObject({ code: "TEMPLATE_IN_USE" });
  await api.db.job.updateMany({ data: { status: "SUCCEEDED", endedAt: api.clock() } });
  const [row] = await api.db.template.findMany({ where: { version: 1 } });
  expect(await ask(DELETE, { name: "greeting" }, api.theirs.all)).toMatchObject({
    code: "TEMPLATE_NOT_FOUND",
  });
  expect(await ask(DELETE, { name: "greeting" })).toEqual({
    ...{ __typename: "DeletedTemplate", name: "greeting", versions: [1, 2] },
  });
  expect(await api.store.head(objectKeys.templateFile(row?.id ?? "", "scene.html"))).toBeNull();
  expect(await make({ text: "Hello" })).toMatchObject({ code: "TEMPLATE_NOT_FOUND" });
});

test("a template whose example cannot be drawn is FAILED with the reasons, and may be replaced in its version", async () => {
  const issue = { severity: "ERROR", code: "TEMPLATE_TOO_COSTLY", message: "Too much.", path: "scene.html" };
  const issues = [{ ...issue, line: null, column: null, traceback: null }] as CheckedSource["issues"];
  const failed = await create({ files: filesOf() }, { timeline: null, issues });
  expect(failed).toMatchObject({
    ...{ status: "FAILED", issues: [{ code: "TEMPLATE_TOO_COSTLY", path: "scene.html" }] },
  });
  expect(await namesFor()).toEqual([]);
  const listFor = async (token?: string) => {
    const { data } = await api.ask("{ ownTemplates { name version status issues { path } } }", {}, token);
    return data.ownTemplates;
  };
  expect(await listFor()).toEqual([
    { name: "greeting", version: 1, status: "FAILED", issues: [{ path: "scene.html" }] },
  ]);
  expect(await listFor(api.theirs.all)).toEqual([]);
  const smaller = [...filesOf().slice(0, 1), { path: "scene.html", text: "<p>{{ text }}</p>" }];
  const corrected = await create({ files: smaller });
  expect(corrected).toMatchObject({ version: 1, status: "READY" });
  expect(corrected.sha256).not.toBe(failed.sha256);
  expect(await create({ files: filesOf() })).toMatchObject({ code: "TEMPLATE_VERSION_EXISTS" });
});

test("a ZIP file makes the same template as its files, with or without a folder around them", async () => {
  const files = Object.fromEntries(filesOf().map(({ path, text }) => [path, text]));
  const inFolder = Object.fromEntries(Object.entries(files).map(([path, text]) => [`my/${path}`, text]));
  const { sha256 } = await createFrom(await zip({ ...inFolder, "__MACOSX/my/._scene.html": "x" }));
  expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(await createFrom(await zip(files))).toMatchObject({ sha256, version: 1 });
  expect(await create({ files: filesOf() })).toMatchObject({ sha256 });
});

test("hostile archives are refused before anything of them is stored", async () => {
  const files = Object.fromEntries(filesOf().map(({ path, text }) => [path, text]));
  const invalid = { code: "ARCHIVE_INVALID", field: "archive" };
  const bomb = await zip({ ...files, "bomb.png": Buffer.alloc(41_000_000) });
  expect(bomb.length).toBeLessThan(1_000_000);
  expect(await createFrom(bomb)).toMatchObject({ ...invalid, message: expect.stringContaining("40000000") });
  const escaping = await zip({ ...files, "xx/evil.html": "x" });
  const traversal = Buffer.from(escaping.toString("latin1").replaceAll("xx/evil", "../evil"), "latin1");
  expect(await createFrom(traversal)).toMatchObject(invalid);
  const link = await zip({ ...files, "evil.html": "/etc/passwd" }, { "evil.html": 0o120_777 });
  expect(await createFrom(link)).toMatchObject({ ...invalid, message: expect.stringContaining("link") });
  const many = Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`${index}.css`, ""]));
  expect(await createFrom(await zip(many))).toMatchObject(invalid);
  // One that announces less than it holds.
  const lying = await zip({ ...files, "big.css": Buffer.alloc(100_000, 65) });
  const size = Buffer.alloc(4);
  size.writeUInt32LE(100_000);
  for (let at = lying.indexOf(size); at >= 0; at = lying.indexOf(size, at)) lying.writeUInt32LE(10, at);
  expect(await createFrom(lying)).toMatchObject(invalid);
  expect(await createFrom(Buffer.from("PK\x03\x04 and nothing else"))).toMatchObject(invalid);
  expect(await createFrom(await zip({ ...files, "sub/deep.html": "x" }))).toMatchObject({
    code: "FILES_INVALID",
  });
  const picture = await upload("logo.png", Buffer.from("\x89PNG\r\n\x1a\nlogo", "latin1"));
  expect(await create({ archive: picture })).toMatchObject({ code: "MATERIAL_KIND_INVALID" });
  expect(await api.db.template.count()).toBe(0);
});

const schema = (data: object) => filesOf({ data: { type: "object", ...data } });
test.each([
  ["a schema with a reference", schema({ properties: { a: { $ref: "#" } } }), "$ref"],
  [
    "a pattern that only backtracks",
    schema({ properties: { text: { type: "string", pattern: "(a)\\1" } } }),
    "1",
  ],
  ["an example that does not fit", filesOf({ example: { text: "hello" } }), "/text"],
  ["a manifest without scenes", filesOf({ scenes: [] }), "scenes"],
  ["a missing file", filesOf().slice(0, 1), "scene.html"],
  ["a huge picture", filesOf({ size: [4096, 4096] }), "2160"],
  ["the name of a built-in one", filesOf({ name: "quote" }), "built-in"],
])("%s is refused with its place", async (_what, files, place) => {
  const refused = await create({ files });
  expect(refused).toMatchObject({ __typename: "InvalidInputError", field: "files" });
  expect(refused.code).toMatch(/^TEMPLATE_(INVALID|NAME_TAKEN)$/);
  expect(refused.message).toContain(place);
});

test("a pattern that would backtrack for years takes no time", async () => {
  const slow = { properties: { text: { type: "string", pattern: "^(a+)+$" } } };
  const files = filesOf({ data: { type: "object", ...slow }, example: { text: `${"a".repeat(50_000)}!` } });
  expect(await create({ files })).toMatchObject({ code: "TEMPLATE_INVALID" });
});
