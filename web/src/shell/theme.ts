import { createStore } from "../api/connection.ts";

/** `system` follows what the device says. */
type Theme = "system" | "light" | "dark";

/** Read before the page is painted, too: public/theme.js. */
const storageKey = "reelay.theme";

/** What was chosen on this device. Pure but for the storage. */
export function readTheme(storage: Pick<Storage, "getItem">): Theme {
  const stored = storage.getItem(storageKey);
  return stored === "light" || stored === "dark" ? stored : "system";
}

/** The next one that the switch brings. Pure. */
export const nextTheme = (theme: Theme): Theme =>
  theme === "system" ? "light" : theme === "light" ? "dark" : "system";

export const theme = createStore<Theme>("system");

export function applyTheme(next: Theme): void {
  theme.set(next);
  if (next === "system") {
    localStorage.removeItem(storageKey);
    delete document.documentElement.dataset["theme"];
  } else {
    localStorage.setItem(storageKey, next);
    document.documentElement.dataset["theme"] = next;
  }
}
