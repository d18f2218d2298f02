import { useCallback, useEffect, useRef, useState } from "react";
import { type Draft, draftKey, readDraft, writeDraft } from "./draft.ts";

/** Pause after a change before it is stored, in milliseconds. Leaving the page stores it as well. */
const STORE_MS = 300;

/** A draft that survives a reload. */
export function useDraft(workspaceId: string, name: string, original: Draft) {
  const key = draftKey(workspaceId, name);
  const [draft, setDraft] = useState(() => readDraft(localStorage, key, original) ?? original);
  const latest = useRef({ draft, isStored: true });
  const change = useCallback((part: Partial<Draft>) => {
    latest.current = { draft: { ...latest.current.draft, ...part }, isStored: false };
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
