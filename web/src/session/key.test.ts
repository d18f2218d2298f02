import { expect, test } from "vitest";
import { forgetKey, keyInFragment, readKey, takeKey } from "./key.ts";

function memory(): Storage & Map<string, string> {
  const map = new Map<string, string>();
  return Object.assign(map, {
    getItem: (name: string) => map.get(name) ?? null,
    setItem: (name: string, value: string) => void map.set(name, value),
    removeItem: (name: string) => void map.delete(name),
  }) as unknown as Storage & Map<string, string>;
}

function visit(storage: Storage, address: string) {
  const shown: string[] = [];
  const history = {
    state: null,
    replaceState: (_state: unknown, _title: string, url: string) => shown.push(url),
  };
  const key = takeKey(storage, new URL(address) as unknown as Location, history as unknown as History);
  return { key, shown };
}

test("a key in the URL signs in and is removed from the address bar", () => {
  const storage = memory();
  expect(visit(storage, "http://127.0.0.1:4000/videos/1?q=2#key=rk_abc")).toEqual({
    key: "rk_abc",
    shown: ["/videos/1?q=2"],
  });
  expect(visit(storage, "http://127.0.0.1:4000/")).toEqual({ key: "rk_abc", shown: [] });
});

test("a newer key in the URL replaces the stored one", () => {
  const storage = memory();
  visit(storage, "http://127.0.0.1:4000/#key=rk_old");
  expect(visit(storage, "http://127.0.0.1:4000/#key=rk_new").key).toBe("rk_new");
  expect(readKey(storage)).toBe("rk_new");
  forgetKey(storage);
  expect(readKey(storage)).toBeNull();
});

test("other fragments are ignored", () => {
  expect(keyInFragment("#main")).toBeNull();
  expect(keyInFragment("#key=")).toBeNull();
  expect(keyInFragment("")).toBeNull();
});
