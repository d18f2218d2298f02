import { useApolloClient } from "@apollo/client/react";
import { useEffect, useRef, useState } from "react";
import { type CheckedSourceFragment, explain, RefusedError, type TemplateSourceInput } from "../api/index.ts";
import { createLatestOnly, requestCheck } from "../checks/index.ts";
import { findScene } from "./find-scene.ts";
import type { JsonObject } from "./form/index.ts";
import { toProblems } from "./to-problems.ts";

/** Pause in typing after which data is checked, in milliseconds. */
const PAUSE_MS = 700;
/** Pause before data is checked again that no worker has checked, in milliseconds. */
const RETRY_MS = 5_000;

interface Asked {
  source: TemplateSourceInput;
  data: JsonObject;
  scenes: readonly number[];
  mark: string | null;
}

export interface Checked {
  /** The data that was checked. */
  data: JsonObject;
  check: CheckedSourceFragment;
}

interface StillOptions {
  /** Null: the data is not complete. */
  source: TemplateSourceInput | null;
  data: JsonObject;
  /** JSON Pointer of the value that is edited. */
  visited: string;
  /** The mark of the scene to show; null: its last one. */
  mark: string | null;
  /** Receives the problems of the data by path, none if it has none. */
  onProblems: (problems: ReadonlyMap<string, string>) => void;
}

/** Checks data after each pause in typing, with a still of the edited scene. One request at a time. */
export function useStill({ source, data, visited, mark, onProblems }: StillOptions) {
  const client = useApolloClient();
  const [checked, setChecked] = useState<Checked | null>(null);
  const [isChecking, setIsChecking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [scene, setScene] = useState<number | null>(null);
  // Settings that no scene shows leave the shown scene as it is.
  const found = checked && findScene(visited, checked.data, checked.check.scenes);
  if (found !== null && found !== scene) setScene(found);
  const shown = found ?? scene;
  // Before a scene is known, the second one is: the first is often a title.
  const scenes = shown === null ? [0, 1] : [shown];
  const asked: Asked | null = source && { source, data, scenes, mark };
  const key = asked && JSON.stringify({ ...asked, data: null });
  const latest = useRef({ asked, key, onProblems });
  useEffect(() => {
    latest.current = { asked, key, onProblems };
  });
  const request = useRef<(key: string) => void>(() => {});
  useEffect(() => {
    let isGone = false;
    let again: ReturnType<typeof setTimeout> | undefined;
    request.current = createLatestOnly(async (wanted: string) => {
      const { asked: now } = latest.current;
      // Newer data has another answer.
      const isWanted = () => !isGone && latest.current.key === wanted;
      if (now === null || !isWanted()) return;
      setIsChecking(true);
      setProblem(null);
      try {
        const stills = { scenes: [...now.scenes], mark: now.mark };
        const check = await requestCheck(client, { source: { template: now.source }, stills }, isWanted);
        if (check === null || !isWanted()) return;
        if (check.status === "SUCCEEDED") setChecked({ data: now.data, check });
        else setProblem(check.error?.message ?? check.waitReason);
        if (check.status === "PENDING") {
          clearTimeout(again);
          again = setTimeout(() => request.current(wanted), RETRY_MS);
        }
        latest.current.onProblems(toProblems(check.issues));
      } catch (error) {
        if (!isWanted()) return;
        if (error instanceof RefusedError && error.issues.length > 0)
          latest.current.onProblems(toProblems(error.issues));
        else setProblem(explain(error));
      } finally {
        setIsChecking(false);
      }
    });
    return () => {
      isGone = true;
      clearTimeout(again);
    };
  }, [client]);
  useEffect(() => {
    if (key === null) return;
    const timer = setTimeout(() => request.current(key), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [key]);
  return { checked, scene: shown, isChecking, problem };
}
