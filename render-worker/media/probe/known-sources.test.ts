import { expect, test } from "vitest";
import { sourceOf } from "../../testing/fixtures.ts";
import { KnownSources } from "./known-sources.ts";

const file = { key: "videos/a/source/a.mp4", generation: "1", input: "http://127.0.0.1:1/a" };
const source = { ...sourceOf(), input: file.input };

test("a source is probed once, whatever address an attempt reads it from", () => {
  const known = new KnownSources();
  expect(known.find(file, "PICTURE")).toBeNull();
  known.keep(file, "PICTURE", source);
  const input = "http://127.0.0.1:2/a";
  expect(known.find({ ...file, input }, "PICTURE")).toEqual({ ...source, input });
});

test("another generation, another file or another kind of probe is not a match", () => {
  const known = new KnownSources();
  known.keep(file, "PICTURE", source);
  expect(known.find({ ...file, generation: "2" }, "PICTURE")).toBeNull();
  expect(known.find({ ...file, key: "videos/b/source/a.mp4" }, "PICTURE")).toBeNull();
  expect(known.find(file, "AUDIO")).toBeNull();
});

test("a source that is still arriving or has no generation is not cached", () => {
  const known = new KnownSources();
  for (const each of [
    { ...file, generation: null },
    { ...file, beginningOf: { sizeBytes: 9 } },
  ]) {
    known.keep(each, "PICTURE", source);
    expect(known.find(each, "PICTURE")).toBeNull();
  }
});

test("the least recently used source is evicted", () => {
  const known = new KnownSources();
  const nth = (index: number) => ({ ...file, key: `videos/${index}` });
  for (let index = 0; index <= 200; index += 1) {
    known.keep(nth(index), "PICTURE", source);
    known.find(nth(0), "PICTURE");
  }
  expect(known.find(nth(0), "PICTURE")).not.toBeNull();
  expect(known.find(nth(1), "PICTURE")).toBeNull();
  expect(known.find(nth(2), "PICTURE")).not.toBeNull();
});
