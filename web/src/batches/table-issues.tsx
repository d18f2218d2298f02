import { useQuery } from "@apollo/client/react";
import { type BatchHeadFragment, BatchIssuesDocument } from "../api/index.ts";

interface TableIssuesProps {
  id: string;
  status: BatchHeadFragment["status"];
}

/** Lines of the table that are no rows, and columns that are not used. */
export function TableIssues({ id, status }: TableIssuesProps) {
  const { data } = useQuery(BatchIssuesDocument, { variables: { id }, skip: status === "CHECKING" });
  const issues = data?.batch?.issues.nodes.filter(({ rowId }) => rowId === null) ?? [];
  if (issues.length === 0) return null;
  return (
    <details className="notice table-issues">
      <summary>Not used: {issues.length}</summary>
      <ul className="stack-tight" aria-label="Issues of the table">
        {issues.map(({ line, column, code, message }) => (
          <li key={`${line} ${column} ${code}`}>
            {line !== null && <strong>Line {line}. </strong>}
            {column !== null && <code>{column}</code>} {message}
          </li>
        ))}
      </ul>
    </details>
  );
}
