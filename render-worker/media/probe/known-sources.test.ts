import { expect, test } from "vitest";
import { sourceOf } from "../../testing/fixtures.ts";
import { KnownSources } from "./known-sources.ts";

const file = { key: "videos/a/source/a.mp4", generation: "1", input: "http://127.0.0.1:1/a" };
const source = { ...sourceOf(), input: file.input };

test("what a source is is asked once, whichever way an attempt has to it", () => {
  const known = new KnownSources();
  expect(known.find(file, "PICTURE")).toBeNull();
  known.keep(file, "PICTURE", source);
  const input = "http://127.0.0.1:2/a";
  expect(known.find({ ...file, input }, "PICTURE")).toEqual({ ...source, input });
});

test("other bytes, another file, or another question are not the same", () => {
  const known = new KnownSources();
  known.keep(file, "PICTURE", source);
  expect(known.find({ ...file, generation: "2" }, "PICTURE")).toBeNull();
  expect(known.find({ ...file, key: "videos/b/source/a.mp4" }, "PICTURE")).toBeNull();
  expect(known.find(file, "SOUND")).toBeNull();
});

test("nothing is kept of what still arrives, or of bytes that no generation names", () => {
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
