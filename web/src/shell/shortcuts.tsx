import { useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import { Dialog, HelpIcon } from "../ui/index.ts";
import { useUploads } from "../uploads/index.ts";
import { places } from "./navigation.tsx";
import { planKey } from "./plan-key.ts";

const list: readonly [keys: string, what: string][] = [
  ["/", "Search the library"],
  ["u", "Add videos"],
  ["j  k", "Next or previous video in the library"],
  ...places.map(({ shortcut, text }): [string, string] => [`g  ${shortcut}`, `Go to ${text}`]),
  ["?", "These shortcuts"],
  ["Esc", "Close a window"],
];

/** Keys that do something anywhere on the page, and the window that lists them. */
export function Shortcuts() {
  const [isOpen, setIsOpen] = useState(false);
  const [, navigate] = useLocation();
  const { openAdd } = useUploads();
  const before = useRef<string | null>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const plan = planKey(before.current, event.key, places);
      before.current = plan.before;
      if (plan.action === null) return;
      event.preventDefault();
      switch (plan.action.kind) {
        case "GO":
          return navigate(plan.action.href);
        case "SEARCH":
          return focusSearch(navigate);
        case "ADD":
          return openAdd();
        case "HELP":
          return setIsOpen(true);
        case "STEP":
          return step(plan.action.by);
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [navigate, openAdd]);
  return (
    <>
      <button
        type="button"
        className="button icon-only"
        aria-label="Keyboard shortcuts"
        title="Keyboard shortcuts (?)"
        onClick={() => setIsOpen(true)}
      >
        <HelpIcon />
      </button>
      {isOpen && (
        <Dialog title="Keyboard shortcuts" onClose={() => setIsOpen(false)}>
          <dl className="shortcuts">
            {list.map(([keys, what]) => (
              <div key={keys}>
                <dt>
                  {keys.split("  ").map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </Dialog>
      )}
    </>
  );
}

/** The player has keys of its own. */
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName) ||
    target.closest("dialog, reelay-player") !== null);

function focusSearch(navigate: (href: string) => void): void {
  const find = () => document.querySelector<HTMLInputElement>("input[type=search]");
  if (find() === null) navigate("/");
  requestAnimationFrame(() => requestAnimationFrame(() => find()?.focus()));
}

/** The next or previous video of the list gets the focus. */
function step(by: 1 | -1): void {
  const links = [...document.querySelectorAll<HTMLAnchorElement>("a.video-link")];
  const here = links.findIndex((link) => link === document.activeElement);
  links[here === -1 ? 0 : Math.min(links.length - 1, Math.max(0, here + by))]?.focus();
}
