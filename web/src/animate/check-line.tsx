import type { CheckedSourceFragment } from "../api/index.ts";
import { CheckIcon } from "../ui/index.ts";
import { describeCheck } from "./describe-check.ts";

interface CheckLineProps {
  isChecking: boolean;
  /** The newest result. */
  check: CheckedSourceFragment | null;
  /** Why the last request had no result. */
  problem: string | null;
  onCheck: () => void;
}

/** What a check found, in a sentence, and a button that checks again. */
export function CheckLine({ isChecking, check, problem, onCheck }: CheckLineProps) {
  const sentence = isChecking ? "Checking…" : (problem ?? (check && describeCheck(check)));
  return (
    <div className="check-line">
      <button type="button" className="button small" disabled={isChecking} onClick={onCheck}>
        <CheckIcon /> Check
      </button>
      <span className="muted" role="status">
        {sentence}
      </span>
    </div>
  );
}
