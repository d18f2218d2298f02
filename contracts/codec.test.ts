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

  test("decodes unchanged", async () => {
    const decoded = decodeMessage(await bytes());
    expect(decoded).toEqual({ ok: true, message: JSON.parse((await bytes()).toString()) });
  });

  test("survives encoding and decoding", async () => {
    const decoded = decodeMessage(await bytes());
    if (!decoded.ok) throw new Error(decoded.reason);
    const { data, attributes } = encodeMessage(decoded.message);
    expect(decodeMessage(data)).toEqual(decoded);
    expect(attributes["type"]).toBe(decoded.message.type);
  });

  test("keeps its meaning if a newer sender adds a field", async () => {
    const message = JSON.parse((await bytes()).toString());
    const newer = Buffer.from(JSON.stringify({ ...message, addedLater: true }));
    expect(decodeMessage(newer)).toEqual({ ok: true, message });
  });
});

test("attributes contain the fields that brokers filter by", async () => {
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
  ["task.requested.v1+tools.json", "ANIMATION+tex"],
  ["source.check-requested.v1+tools.json", "ANIMATION+tex"],
  ["source.check-requested.v1.json", "ANIMATION"],
  ["task.requested.v1+express.json", "TRANSCODE@express"],
])("%s reaches only workers that have its tools or express slots", async (name, kind) => {
  const decoded = decodeMessage(await readFile(new URL(name, folder)));
  if (!decoded.ok) throw new Error(decoded.reason);
  expect(encodeMessage(decoded.message).attributes).toMatchObject({ kind });
});

test.each([
  ["bytes that are not text", Buffer.from([0xff, 0xfe, 0x00]), /not UTF-8 JSON/],
  ["text that is not JSON", Buffer.from("hello"), /not UTF-8 JSON/],
  ["a message of an unknown type", Buffer.from('{"type":"task.requested.v9"}'), /type/],
  ["a field of the wrong kind", Buffer.from('{"type":"worker.seen.v1","workerId":7}'), /workerId/],
])("%s is returned with the reason and does not throw", (_what, data, reason) => {
  const decoded = decodeMessage(data);
  expect(decoded).toMatchObject({ ok: false, reason: expect.stringMatching(reason) });
});

test("parameters and results of a kind are validated with the message", async () => {
  const report = JSON.parse((await readFile(new URL("task.completed.v1.json", folder))).toString());
  const data = Buffer.from(JSON.stringify({ ...report, result: { variants: "none" } }));
  expect(decodeMessage(data)).toMatchObject({
    ok: false,
    reason: expect.stringContaining("TRANSCODE result"),
  });
});

test("a message of an unknown kind passes unchanged, for the process that supports the kind", async () => {
  const task = JSON.parse((await readFile(new URL("task.requested.v1.json", folder))).toString());
  const echo = { ...task, kind: "ECHO", params: { version: 3, text: "hello" } };
  expect(decodeMessage(Buffer.from(JSON.stringify(echo)))).toEqual({ ok: true, message: echo });
});

test("a NUL in a worker's text is removed, because the database would refuse the report", () => {
  const seen = JSON.parse(
    '{"type":"worker.seen.v1","workerId":"w\\u0000","hostname":"a\\\\u0000b","version":"1","at":"2026-11-21T03:00:00.000Z","startedAt":"2026-11-21T03:00:00.000Z","offer":{"pools":["cpu"],"slots":1,"kinds":[],"encoders":[],"startWithinMs":15000},"attempts":[],"isStopping":false}',
  );
  const decoded = decodeMessage(Buffer.from(JSON.stringify(seen)));
  expect(decoded).toMatchObject({ ok: true, message: { workerId: "w", hostname: "a\\u0000b" } });
});

test("a sequence beyond 32 bits is rejected on decoding, because the database could never store it", async () => {
  const report = JSON.parse((await readFile(new URL("task.advanced.v1.json", folder))).toString());
  const data = Buffer.from(JSON.stringify({ ...report, sequence: 2 ** 31 }));
  expect(decodeMessage(data)).toMatchObject({ ok: false, reason: expect.stringContaining("sequence") });
});

test("text that the database cannot store is repaired on decoding", async () => {
  const message = JSON.parse((await readFile(new URL("task.failed.v1.json", folder))).toString());
  const error = { ...message.error, message: "a\0b", logTail: "half a \ud83d, a whole \u{1F600}" };
  const decoded = decodeMessage(Buffer.from(JSON.stringify({ ...message, error })));
  expect(decoded).toMatchObject({
    message: { error: { message: "ab", logTail: "half a \ufffd, a whole \u{1F600}" } },
  });
});
