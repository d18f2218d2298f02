import { useApolloClient } from "@apollo/client/react";
import { useCallback, useEffect, useRef, useState } from "react";
import { type CheckedSourceFragment, explain } from "../api/index.ts";
import { createLatestOnly, requestCheck } from "../checks/index.ts";
import type { Draft } from "./draft.ts";
import { toManim } from "./to-manim.ts";
import { withoutPath } from "./without-path.ts";

/** Pause in typing after which a script is checked, in milliseconds. */
const PAUSE_MS = 1_500;

export interface Checked {
  /** The text that was checked. */
  script: string;
  check: CheckedSourceFragment;
}

/** Checks a draft when asked to, and after each pause in typing; one request at a time. */
export function useCheck(draft: Draft, onChecked: (checked: Checked) => void) {
  const client = useApolloClient();
  const [isChecking, setIsChecking] = useState(false);
  const [checked, setChecked] = useState<Checked | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const latest = useRef({ draft, onChecked, isGone: false });
  useEffect(() => {
    latest.current = { ...latest.current, draft, onChecked };
  });
  useEffect(() => {
    latest.current.isGone = false;
    return () => void (latest.current.isGone = true);
  }, []);
  const request = useRef<(draft: Draft) => void>(() => {});
  useEffect(() => {
    request.current = createLatestOnly(async (asked: Draft) => {
      setIsChecking(true);
      setProblem(null);
      const isWanted = () => !latest.current.isGone && latest.current.draft.script === asked.script;
      try {
        const check = await requestCheck(client, { source: { manim: toManim(asked) } }, isWanted);
        // A newer text has another answer.
        if (isWanted() && check !== null) {
          setChecked({ script: asked.script, check });
          latest.current.onChecked({ script: asked.script, check });
        }
      } catch (error) {
        setProblem(withoutPath(explain(error)));
      } finally {
        setIsChecking(false);
      }
    });
  }, [client]);
  const check = useCallback(() => request.current(latest.current.draft), []);
  const { script, scene } = draft;
  const seen = useRef(`${scene} ${script}`);
  useEffect(() => {
    if (seen.current === `${scene} ${script}`) return;
    const timer = setTimeout(() => {
      seen.current = `${scene} ${script}`;
      check();
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [script, scene, check]);
  return { check, isChecking, checked, problem };
}
