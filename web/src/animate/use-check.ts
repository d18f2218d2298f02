import type { ApolloClient } from "@apollo/client";
import { useApolloClient } from "@apollo/client/react";
import { useCallback, useEffect, useRef, useState } from "react";
import { type CheckedScriptFragment, CheckSourceDocument, explain, refusal } from "../api/index.ts";
import type { Draft } from "./draft.ts";
import { createLatestOnly } from "./latest-only.ts";
import { toManim } from "./to-manim.ts";
import { withoutPath } from "./without-path.ts";

/** Pause in typing after which a script is checked, in milliseconds. */
const PAUSE_MS = 1_500;
/** The API answers after that, also without a result. */
const WAIT_MS = 20_000;
/** Requests for one check that has no result yet. */
const MAX_REQUESTS = 6;

export interface Checked {
  /** The text that was checked. */
  script: string;
  check: CheckedScriptFragment;
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
        const check = await checkScript(client, asked, isWanted);
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

/**
 * The result, or what is known while no worker can check it. Null: no longer wanted.
 * @throws Error with the API's sentence when it refuses.
 */
async function checkScript(
  client: ApolloClient,
  draft: Draft,
  isWanted: () => boolean,
): Promise<CheckedScriptFragment | null> {
  const input = { source: { manim: toManim(draft) }, waitMs: WAIT_MS };
  let check: CheckedScriptFragment | null = null;
  for (let requests = 0; requests < MAX_REQUESTS && isWanted(); requests += 1) {
    const { data } = await client.mutate({ mutation: CheckSourceDocument, variables: { input } });
    const result = data?.checkSource;
    if (result?.__typename !== "SourceCheck") throw new Error(refusal(result) ?? "The API did not answer.");
    check = result;
    if (check.status !== "PENDING" || check.waitReason !== null) break;
  }
  return check;
}
