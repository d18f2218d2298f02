import type { ReactNode } from "react";
import { Link } from "wouter";
import { useSession } from "../session/session.tsx";
import { ExitIcon, Logo } from "../ui/icons.tsx";
import { AddButton, AddWindow } from "../uploads/add-dialog.tsx";
import { DropAnywhere } from "../uploads/drop-anywhere.tsx";
import { UploadTray } from "../uploads/upload-tray.tsx";
import { AwayBanner } from "./away-banner.tsx";
import { Navigation } from "./navigation.tsx";
import { Shortcuts } from "./shortcuts.tsx";
import { ThemeSwitch } from "./theme-switch.tsx";

/** What is around every page. */
export function Shell({ children }: { children: ReactNode }) {
  const { workspace, keyName, signOut } = useSession();
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
    </div>
  );
}

/** Without an address of its own, which the router would take for a page. */
function focusMain(event: { preventDefault(): void }): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
