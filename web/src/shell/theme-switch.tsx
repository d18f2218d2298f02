import { MoonIcon, SunIcon, SystemIcon } from "../ui/icons.tsx";
import { useStore } from "../ui/use-store.ts";
import { applyTheme, nextTheme, theme as store } from "./theme.ts";

const words = { system: "as the system", light: "light", dark: "dark" };

export function ThemeSwitch() {
  const theme = useStore(store);
  return (
    <button
      type="button"
      className="button icon-only"
      aria-label={`Colours: ${words[theme]}. Change to ${words[nextTheme(theme)]}`}
      title={`Colours: ${words[theme]}`}
      onClick={() => applyTheme(nextTheme(theme))}
    >
      {theme === "system" ? <SystemIcon /> : theme === "light" ? <SunIcon /> : <MoonIcon />}
    </button>
  );
}
