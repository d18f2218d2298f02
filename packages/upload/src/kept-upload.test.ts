import { expect, test, vi } from "vitest";
import { createMemoryStorage } from "../../testing/memory-storage.ts";
import { forgetUpload, keepUpload, recallUpload } from "./kept-upload.ts";

const fileOf = (text: string, lastModified = 1) =>
  new File([text], "film.mp4", { type: "video/mp4", lastModified });
const kept = { url: "https://api.example/uploads/1", protocol: "TUS", data: { videoId: "v1" } } as const;

test("a file that is chosen again finds its upload", () => {
  const storage = createMemoryStorage();
  keepUpload(fileOf("abc"), kept, storage);
  expect(recallUpload(fileOf("xyz"), storage)).toEqual(kept);
});

test.each([
  ["another size", fileOf("abcd")],
  ["changed since", fileOf("abc", 2)],
  ["another name", new File(["abc"], "other.mp4", { type: "video/mp4", lastModified: 1 })],
])("a file of %s does not", (_, other) => {
  const storage = createMemoryStorage();
  keepUpload(fileOf("abc"), kept, storage);
  expect(recallUpload(other, storage)).toBeUndefined();
});

test("what was forgotten, is older than a week or is damaged is not recalled", () => {
  const storage = createMemoryStorage();
  const file = fileOf("abc");
  keepUpload(file, kept, storage);
  forgetUpload(file, storage);
  expect(recallUpload(file, storage)).toBeUndefined();

  keepUpload(file, kept, storage);
  const [key = ""] = storage.entries.keys();
  vi.useFakeTimers({ now: Date.now() + 8 * 86_400_000, toFake: ["Date"] });
  expect(recallUpload(file, storage)).toBeUndefined();
  vi.useRealTimers();

  storage.setItem(key, "{");
  expect(recallUpload(file, storage)).toBeUndefined();
});

test("a storage that refuses costs the memory, not the upload", () => {
  const refusing = {
    getItem: () => {
      throw new Error("SecurityError");
    },
    setItem: () => {
      throw new Error("QuotaExceededError");
    },
    removeItem: () => {
      throw new Error("SecurityError");
    },
  };
  expect(() => keepUpload(fileOf("abc"), kept, refusing)).not.toThrow();
  expect(recallUpload(fileOf("abc"), refusing)).toBeUndefined();
});
