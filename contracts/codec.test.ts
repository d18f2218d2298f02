import { readdir, readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { decodeMessage, encodeMessage, Message } from "./index.ts";

const folder = new URL("./fixtures/", import.meta.url);
const names = (await readdir(folder)).filter((name) => name.endsWith(".json")).sort();
const types = Message.options.flatMap((option) => option.shape.type.values.values().toArray());

test("every released message has a golden fixture", () => {
  expect(names).toEqual(types.map((type) => `${type}.json`).sort());
});

describe.each(names)("%s", (name) => {
  const bytes = () => readFile(new URL(name, folder));

  test("still decodes to what it was released as", async () => {
    const decoded = decodeMessage(await bytes());
    expect(decoded).toEqual({ ok: true, message: JSON.parse((await bytes()).toString()) });
  });

  test("survives a journey over the wire", async () => {
    const decoded = decodeMessage(await bytes());
    if (!decoded.ok) throw new Error(decoded.reason);
    const { data, attributes } = encodeMessage(decoded.message);
    expect(decodeMessage(data)).toEqual(decoded);
    expect(attributes["type"]).toBe(decoded.message.type);
  });

  test("keeps its meaning when a newer sender adds a field", async () => {
    const message = JSON.parse((await bytes()).toString());
    const newer = Buffer.from(JSON.stringify({ ...message, addedLater: true }));
    expect(decodeMessage(newer)).toEqual({ ok: true, message });
  });
});

test("what brokers filter by is in the attributes", async () => {
  const fixture = await readFile(new URL("render.requested.v1.json", folder));
  const decoded = decodeMessage(fixture);
  if (!decoded.ok) throw new Error(decoded.reason);
  const { attributes } = encodeMessage(decoded.message);
  expect(attributes).toEqual({ type: "render.requested.v1", pool: "cpu", priority: "STANDARD" });
});

test.each([
  ["bytes that are no text", Buffer.from([0xff, 0xfe, 0x00]), /not UTF-8 JSON/],
  ["text that is no JSON", Buffer.from("hello"), /not UTF-8 JSON/],
  ["a message of an unknown type", Buffer.from('{"type":"render.requested.v9"}'), /type/],
  ["a field of the wrong kind", Buffer.from('{"type":"worker.seen.v1","workerId":7}'), /workerId/],
])("%s comes back with the reason, and throws nothing", (_what, data, reason) => {
  const decoded = decodeMessage(data);
  expect(decoded).toMatchObject({ ok: false, reason: expect.stringMatching(reason) });
});

test("a NUL in a worker's words is left out, since no database would take the report with it", () => {
  const seen = JSON.parse(
    '{"type":"worker.seen.v1","workerId":"w\\u0000","hostname":"a\\\\u0000b","version":"1","at":"2026-11-21T03:00:00.000Z","startedAt":"2026-11-21T03:00:00.000Z","pools":["cpu"],"slots":1,"encoders":[],"ffmpegVersion":"7","attempts":[],"isStopping":false}',
  );
  const decoded = decodeMessage(Buffer.from(JSON.stringify(seen)));
  expect(decoded).toMatchObject({ ok: true, message: { workerId: "w", hostname: "a\\u0000b" } });
});

test("a sequence beyond 32 bits is set aside: it would be refused by the database for ever", async () => {
  const report = JSON.parse((await readFile(new URL("render.advanced.v1.json", folder))).toString());
  const data = Buffer.from(JSON.stringify({ ...report, sequence: 2 ** 31 }));
  expect(decodeMessage(data)).toMatchObject({ ok: false, reason: expect.stringContaining("sequence") });
});
