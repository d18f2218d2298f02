import { createReadStream } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readRecords } from "../painting/read-records.ts";

const UNTIL_FRAMES = "hello scenes counted picture";

test.each([
  ["drawn", { order: `${UNTIL_FRAMES} step frame×5 step frame×10 done`, sampleBytes: 0 }],
  ["checked", { order: "hello scenes counted done", sampleBytes: 0 }],
  ["with-audio", { order: `${UNTIL_FRAMES} step samples frame×2 done`, sampleBytes: 0.4 * 48_000 * 4 }],
  ["failed", { order: "hello scenes failed", sampleBytes: 0 }],
  ["failed-late", { order: `${UNTIL_FRAMES} step frame×2 failed`, sampleBytes: 0 }],
])("the worker reads what the Manim painter wrote: %s", async (name, expected) => {
  const order: string[] = [];
  let frames = 0;
  let sampleBytes = 0;
  const note = (what: string) => {
    if (frames > 0) order.push(`frame×${frames}`);
    frames = 0;
    order.push(what);
  };
  for await (const record of readRecords(
    createReadStream(join(import.meta.dirname, `fixtures/${name}.bin`)),
  )) {
    if (record.kind === "frame") frames += record.repeats;
    else note(record.kind === "event" ? record.event.type : record.kind);
    if (record.kind === "samples") sampleBytes += record.samples.length;
  }
  expect({ order: order.join(" "), sampleBytes }).toEqual(expected);
});
