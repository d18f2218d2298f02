import { readdir, readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { decodeMessage, encodeMessage, Message } from "./index.ts";

const folder = new URL("./fixtures/", import.meta.url);
const names = (await readdir(folder)).filter((name) => name.endsWith(".json")).sort();
const types = Message.options.flatMap((option) => option.shape.type.values.values().toArray());

/**
 * A message that has grown an optional field has a fixture with it besides: `task.requested.v1+only.json`.
 */
const typeOf = (name: string) => name.replace(/(\+.*)?\.json$/, "");

test("every released message has a golden fixture", () => {
  expect([...new Set(names.map(typeOf))]).toEqual(types.toSorted());
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
  const fixture = await readFile(new URL("task.requested.v1.json", folder));
  const decoded = decodeMessage(fixture);
  if (!decoded.ok) throw new Error(decoded.reason);
  const { attributes } = encodeMessage(decoded.message);
  expect(attributes).toEqual({
    type: "task.requested.v1",
    kind: "TRANSCODE",
    pool: "cpu",
    priority: "STANDARD",
  });
});

test.each([
  ["bytes that are no text", Buffer.from([0xff, 0xfe, 0x00]), /not UTF-8 JSON/],
  ["text that is no JSON", Buffer.from("hello"), /not UTF-8 JSON/],
  ["a message of an unknown type", Buffer.from('{"type":"task.requested.v9"}'), /type/],
  ["a field of the wrong kind", Buffer.from('{"type":"worker.seen.v1","workerId":7}'), /workerId/],
])("%s comes back with the reason, and throws nothing", (_what, data, reason) => {
  const decoded = decodeMessage(data);
  expect(decoded).toMatchObject({ ok: false, reason: expect.stringMatching(reason) });
});

test("a kind's own parameters and results are checked with the message", async () => {
  const report = JSON.parse((await readFile(new URL("task.completed.v1.json", folder))).toString());
  const data = Buffer.from(JSON.stringify({ ...report, result: { variants: "none" } }));
  expect(decodeMessage(data)).toMatchObject({
    ok: false,
    reason: expect.stringContaining("TRANSCODE result"),
  });
});

test("the message of a kind that is not known here passes as it is, for the process that knows it", async () => {
  const task = JSON.parse((await readFile(new URL("task.requested.v1.json", folder))).toString());
  const echo = { ...task, kind: "ECHO", params: { version: 3, text: "hello" } };
  expect(decodeMessage(Buffer.from(JSON.stringify(echo)))).toEqual({ ok: true, message: echo });
});

test("a NUL in a worker's words is left out, since no database would take the report with it", () => {
  const seen = JSON.parse(
    '{"type":"worker.seen.v1","workerId":"w\\u0000","hostname":"a\\\\u0000b","version":"1","at":"2026-11-21T03:00:00.000Z","startedAt":"2026-11-21T03:00:00.000Z","offer":{"pools":["cpu"],"slots":1,"kinds":[],"encoders":[],"startWithinMs":15000},"attempts":[],"isStopping":false}',
  );
  const decoded = decodeMessage(Buffer.from(JSON.stringify(seen)));
  expect(decoded).toMatchObject({ ok: true, message: { workerId: "w", hostname: "a\\u0000b" } });
});

test("a sequence beyond 32 bits is set aside: it would be refused by the database for ever", async () => {
  const report = JSON.parse((await readFile(new URL("task.advanced.v1.json", folder))).toString());
  const data = Buffer.from(JSON.stringify({ ...report, sequence: 2 ** 31 }));
  expect(decodeMessage(data)).toMatchObject({ ok: false, reason: expect.stringContaining("sequence") });
});

test("texts that no database can hold are mended on their way in", async () => {
  const message = JSON.parse((await readFile(new URL("task.failed.v1.json", folder))).toString());
  const error = { ...message.error, message: "a\0b", logTail: "half a \ud83d, a whole \u{1F600}" };
  const decoded = decodeMessage(Buffer.from(JSON.stringify({ ...message, error })));
  expect(decoded).toMatchObject({
    message: { error: { message: "ab", logTail: "half a \ufffd, a whole \u{1F600}" } },
  });
});
