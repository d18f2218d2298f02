/** The API key that this browser signs in with. Kept on this device until it signs out. */
const STORAGE_KEY = "reelay.key";

/** What the page needs of `localStorage`. */
type KeyStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export const readKey = (storage: KeyStorage): string | null => storage.getItem(STORAGE_KEY);
export const keepKey = (storage: KeyStorage, key: string): void => storage.setItem(STORAGE_KEY, key);
export const forgetKey = (storage: KeyStorage): void => storage.removeItem(STORAGE_KEY);

/** The key in an address such as `…/#key=rk_…`; null without one. Pure. */
export function keyInFragment(fragment: string): string | null {
  const key = new URLSearchParams(fragment.replace(/^#/, "")).get("key")?.trim();
  return key ? key : null;
}

/**
 * Takes a key out of the address into the storage, and out of the address bar and the history with it. The
 * fragment never reached a server.
 *
 * @returns the key to sign in with, from the address or from before.
 */
export function takeKey(
  storage: KeyStorage,
  { pathname, search, hash }: Location,
  history: History,
): string | null {
  const given = keyInFragment(hash);
  if (given === null) return readKey(storage);
  keepKey(storage, given);
  history.replaceState(history.state, "", pathname + search);
  return given;
}
