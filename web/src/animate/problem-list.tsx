import type { Problem } from "./problem.ts";

interface ProblemListProps {
  problems: readonly Problem[];
  onGoTo: (problem: Problem) => void;
}

/** The problems of the script, each with a way to its line. */
export const ProblemList = ({ problems, onGoTo }: ProblemListProps) => (
  <ul className="problems" aria-label="Problems">
    {problems.map((problem) => (
      <li
        key={`${problem.line}:${problem.column}:${problem.message}`}
        className={problem.severity === "ERROR" ? "bad" : "waiting"}
      >
        {problem.line !== null && (
          <button type="button" className="button small" onClick={() => onGoTo(problem)}>
            Line {problem.line}
          </button>
        )}
        <span>{problem.message}</span>
      </li>
    ))}
  </ul>
);
