import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { applyTheme, readTheme } from "./shell/theme.ts";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/shell.css";
import "./styles/library.css";
import "./styles/pages.css";

applyTheme(readTheme(localStorage));

// After an update of the API the parts of the page that were not loaded yet have other names: the new page
// knows them.
addEventListener("vite:preloadError", () => {
  const last = Number(sessionStorage.getItem("reelay.reloaded"));
  if (Date.now() - last < 60_000) return;
  sessionStorage.setItem("reelay.reloaded", String(Date.now()));
  location.reload();
});

const root = document.getElementById("app");
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
