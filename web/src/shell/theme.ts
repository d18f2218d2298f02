import { createStore } from "../api/index.ts";

/** `system` follows what the device says. */
type Theme = "system" | "light" | "dark";

/** Read before the page is painted, too: public/theme.js. */
const STORAGE_KEY = "reelay.theme";

/** What was chosen on this device. Pure but for the storage. */
export function readTheme(storage: Pick<Storage, "getItem">): Theme {
  const stored = storage.getItem(STORAGE_KEY);
  return stored === "light" || stored === "dark" ? stored : "system";
}

/** The next one that the switch brings. Pure. */
export const nextTheme = (theme: Theme): Theme =>
  theme === "system" ? "light" : theme === "light" ? "dark" : "system";

export const theme = createStore<Theme>("system");

export function applyTheme(next: Theme): void {
  theme.set(next);
  if (next === "system") {
    localStorage.removeItem(STORAGE_KEY);
    delete document.documentElement.dataset["theme"];
  } else {
    localStorage.setItem(STORAGE_KEY, next);
    document.documentElement.dataset["theme"] = next;
  }
}
