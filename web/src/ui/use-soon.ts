import { useCallback, useEffect, useRef } from "react";

/** A function that has `action` called a moment later: once, however often it is called until then. */
export function useSoon(action: () => void, ms: number): () => void {
  const latest = useRef(action);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  useEffect(() => {
    latest.current = action;
  });
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
      timer.current = null;
    },
    [],
  );
  return useCallback(() => {
    timer.current ??= setTimeout(() => {
      timer.current = null;
      latest.current();
    }, ms);
  }, [ms]);
}

/** Reloads a query a moment after the last of several events. A failure shows up in the query itself. */
export const useRefetch = (refetch: () => Promise<unknown>, ms = 300): (() => void) =>
  useSoon(() => void refetch().catch(() => undefined), ms);
