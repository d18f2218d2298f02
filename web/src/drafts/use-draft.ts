import { useCallback, useEffect, useRef, useState } from "react";
import { type BaseDraft, draftKey, readDraft, writeDraft } from "./drafts.ts";

/** Pause after a change before it is stored, in milliseconds. Leaving the page stores it as well. */
const STORE_MS = 300;

/** A draft that survives a reload. */
export function useDraft<Draft extends BaseDraft>(workspaceId: string, name: string, original: Draft) {
  const key = draftKey(workspaceId, name);
  const [draft, setDraft] = useState(() => readDraft(localStorage, key, original) ?? original);
  const latest = useRef({ draft, isStored: true });
  const change = useCallback((part: Partial<Draft> | ((draft: Draft) => Partial<Draft>)) => {
    const before = latest.current.draft;
    const changes = typeof part === "function" ? part(before) : part;
    latest.current = { draft: { ...before, ...changes }, isStored: false };
    setDraft(latest.current.draft);
  }, []);
  useEffect(() => {
    const store = () => {
      if (latest.current.isStored) return;
      latest.current.isStored = true;
      writeDraft(localStorage, key, latest.current.draft, Date.now());
    };
    const timer = setInterval(store, STORE_MS);
    addEventListener("pagehide", store);
    return () => {
      clearInterval(timer);
      removeEventListener("pagehide", store);
      store();
    };
  }, [key]);
  return { draft, change };
}
