import { useEffect, useState } from "react";
import { CheckIcon, CopyIcon } from "./icons.tsx";

/** Puts text on the clipboard, and says so for a moment. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [isCopied, setIsCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setIsCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = () =>
    void copyText(text).then(
      () => setIsCopied(true),
      // Pages on plain http, but for this machine's own, have no clipboard.
      () => void prompt("Copy it from here:", text),
    );
  return (
    <button type="button" className="button small" onClick={copy}>
      {isCopied ? <CheckIcon /> : <CopyIcon />}
      <span aria-live="polite">{isCopied ? "Copied" : label}</span>
    </button>
  );
}

const copyText = async (text: string): Promise<void> => await navigator.clipboard.writeText(text);

/** A command to paste into a terminal. */
export const Command = ({ text }: { text: string }) => (
  <div className="command">
    <code>{text}</code>
    <CopyButton text={text} label="Copy" />
  </div>
);
