import type { FailureTextFragment } from "../api/index.ts";
import { CopyButton } from "./copy.tsx";

/** Why something ended badly: the sentence, and what ffmpeg said last for who wants to know. */
export function FailureText({ failure }: { failure: FailureTextFragment }) {
  const { code, message, retriable, logTail, line } = failure;
  return (
    <div className="failure">
      <p>
        <code>{code}</code> {message}
        {!retriable && (
          <span className="muted">
            {" "}
            Retrying won’t help: the problem is in the {line === null ? "file" : "script"}.
          </span>
        )}
      </p>
      {logTail !== null && logTail !== "" && (
        <details>
          <summary>Log</summary>
          {/* Long lines scroll; a keyboard must reach that, too. */}
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
          <pre className="log" role="group" tabIndex={0} aria-label="Last lines of the log">
            {logTail}
          </pre>
          <CopyButton text={logTail} label="Copy the log" />
        </details>
      )}
    </div>
  );
}
