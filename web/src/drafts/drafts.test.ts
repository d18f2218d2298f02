import { expect, test } from "vitest";
import { draftKey, readDraft, writeDraft } from "./drafts.ts";

const draft = {
  ...{ script: "class A(Scene): pass", title: "A", scene: "", quality: "MEDIUM" },
  ...{ aspectRatio: "WIDE", renderer: "CAIRO", seed: 0, materials: [], videos: [] },
};

/** A browser's storage with room for so many characters. */
function createStorage(room = Number.POSITIVE_INFINITY) {
  const entries = new Map<string, string>();
  return {
    entries,
    get length() {
      return entries.size;
    },
    key: (index: number) => [...entries.keys()][index] ?? null,
    getItem: (key: string) => entries.get(key) ?? null,
    removeItem: (key: string) => void entries.delete(key),
    setItem(key: string, value: string) {
      const others = [...entries].filter(([name]) => name !== key);
      if (others.reduce((sum, [, text]) => sum + text.length, value.length) > room)
        throw new DOMException("full", "QuotaExceededError");
      entries.set(key, value);
    },
  };
}

test("a draft survives, and those of other workspaces and of other scripts stay apart", () => {
  const storage = createStorage();
  const key = draftKey("one", "new");
  expect(writeDraft(storage, key, { ...draft, videos: ["1"] }, 1)).toBe(true);
  expect(readDraft(storage, key, draft)).toEqual({ ...draft, videos: ["1"] });
  for (const other of [draftKey("two", "new"), draftKey("one", "chord")])
    expect(readDraft(storage, other, draft)).toBeNull();
});

test("what is stored may be anything: an unreadable draft is none, and missing fields have their default", () => {
  const storage = createStorage();
  for (const text of ["", "{", "null", "[]", '{"script":7}']) {
    storage.entries.set("reelay.draft.one.new", text);
    expect(readDraft(storage, draftKey("one", "new"), draft)).toBeNull();
  }
  storage.entries.set("reelay.draft.one.new", '{"script":"kept"}');
  expect(readDraft(storage, draftKey("one", "new"), draft)).toEqual({ ...draft, script: "kept" });
});

test("without room the oldest drafts go first, and nothing else", () => {
  const storage = createStorage(1_200);
  storage.entries.set("reelay.key", "rk_1");
  const long = (characters: number) => ({ ...draft, script: "x".repeat(characters) });
  for (const [index, name] of ["a", "b", "c"].entries())
    expect(writeDraft(storage, draftKey("one", name), long(300), index)).toBe(true);
  expect([...storage.entries.keys()]).toEqual(["reelay.key", "reelay.draft.one.b", "reelay.draft.one.c"]);
  expect(writeDraft(storage, draftKey("one", "d"), long(2_000), 9)).toBe(false);
  expect(storage.entries.get("reelay.key")).toBe("rk_1");
});

test("a browser keeps a limited number of drafts", () => {
  const storage = createStorage();
  for (let index = 0; index < 20; index += 1)
    writeDraft(storage, draftKey("one", String(index)), draft, index);
  expect(storage.entries.size).toBe(16);
  expect(readDraft(storage, draftKey("one", "19"), draft)).toEqual(draft);
});
