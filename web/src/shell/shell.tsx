import { type ReactNode, useEffect, useRef } from "react";
import { Link } from "wouter";
import { useAnnounce } from "../announce/index.ts";
import { DroppedTables } from "../imports/index.ts";
import { useSession } from "../session/index.ts";
import { ExitIcon, Logo, MoonIcon, SunIcon, SystemIcon, useStore } from "../ui/index.ts";
import { AddButton, AddWindow, DropAnywhere, UploadTray } from "../uploads/index.ts";
import { Navigation } from "./navigation.tsx";
import { Shortcuts } from "./shortcuts.tsx";
import { applyTheme, nextTheme, theme as store } from "./theme.ts";

/** What is around every page. */
export function Shell({ children }: { children: ReactNode }) {
  const { workspace, keyName, signOut, can } = useSession();
  return (
    <div className="shell">
      <a className="skip-link" href="#main" onClick={focusMain}>
        Skip to the content
      </a>
      <header className="header">
        <Link href="/" className="brand" aria-label="Reelay, library">
          <Logo />
          <span>Reelay</span>
        </Link>
        <span className="workspace" title={`Signed in with the key "${keyName}"`}>
          {workspace.name}
        </span>
        <div className="header-tools">
          <AddButton />
          <Shortcuts />
          <ThemeSwitch />
          <button
            type="button"
            className="button icon-only"
            aria-label="Sign out"
            title="Sign out"
            onClick={signOut}
          >
            <ExitIcon />
          </button>
        </div>
      </header>
      <Navigation />
      <main id="main" className="main" tabIndex={-1}>
        <AwayBanner />
        {children}
      </main>
      <UploadTray />
      <DropAnywhere />
      <AddWindow />
      {can("WRITE") && <DroppedTables />}
    </div>
  );
}

/** Without an address of its own, which the router would take for a page. */
function focusMain(event: { preventDefault(): void }): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

/** Says while the live connection is away that what is shown stands still. */
function AwayBanner() {
  const state = useStore(useSession().connection);
  const announce = useAnnounce();
  const wasAway = useRef(false);
  useEffect(() => {
    if (state === "AWAY") wasAway.current = true;
    else if (state === "ONLINE" && wasAway.current) {
      wasAway.current = false;
      announce("Connected again. Everything is up to date.");
    }
  }, [state, announce]);
  if (state !== "AWAY") return null;
  return (
    <div className="banner" role="alert">
      <span className="spinner-ring" aria-hidden="true" />
      <span>
        <strong>Connection lost.</strong> Showing the last known state. Reconnecting…
      </span>
    </div>
  );
}

const words = { system: "as the system", light: "light", dark: "dark" };

function ThemeSwitch() {
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
