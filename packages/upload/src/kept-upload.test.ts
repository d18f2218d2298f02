import { expect, test, vi } from "vitest";
import { createMemoryStorage } from "../../testing/memory-storage.ts";
import { findUpload, forgetUpload, saveUpload } from "./kept-upload.ts";

const fileOf = (text: string, lastModified = 1) =>
  new File([text], "film.mp4", { type: "video/mp4", lastModified });
const kept = { url: "https://api.example/uploads/1", protocol: "TUS", data: { videoId: "v1" } } as const;

test("choosing the same file again finds its upload", () => {
  const storage = createMemoryStorage();
  saveUpload(fileOf("abc"), kept, storage);
  expect(findUpload(fileOf("xyz"), storage)).toEqual(kept);
});

test.each([
  ["with another size", fileOf("abcd")],
  ["changed since then", fileOf("abc", 2)],
  ["with another name", new File(["abc"], "other.mp4", { type: "video/mp4", lastModified: 1 })],
])("a file %s does not find the upload", (_, other) => {
  const storage = createMemoryStorage();
  saveUpload(fileOf("abc"), kept, storage);
  expect(findUpload(other, storage)).toBeUndefined();
});

test("a removed, damaged or week-old entry is not found", () => {
  const storage = createMemoryStorage();
  const file = fileOf("abc");
  saveUpload(file, kept, storage);
  forgetUpload(file, storage);
  expect(findUpload(file, storage)).toBeUndefined();

  saveUpload(file, kept, storage);
  const [key = ""] = storage.entries.keys();
  vi.useFakeTimers({ now: Date.now() + 8 * 86_400_000, toFake: ["Date"] });
  expect(findUpload(file, storage)).toBeUndefined();
  vi.useRealTimers();

  storage.setItem(key, "{");
  expect(findUpload(file, storage)).toBeUndefined();
});

test("unusable storage prevents resuming, not uploading", () => {
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
  expect(() => saveUpload(fileOf("abc"), kept, refusing)).not.toThrow();
  expect(findUpload(fileOf("abc"), refusing)).toBeUndefined();
});
