import { useQuery } from "@apollo/client/react";
import { useState } from "react";
import { type BatchHeadFragment, BatchIssuesDocument } from "../api/index.ts";
import { count } from "../format/index.ts";
import { More, Pending, Select } from "../ui/index.ts";

interface BatchIssuesProps {
  id: string;
  status: BatchHeadFragment["status"];
}

const PAGE = 50;
const ALL = "";

/** Everything that is wrong with the rows of a batch, by column and kind. */
export function BatchIssues({ id, status }: BatchIssuesProps) {
  const [isOpen, setIsOpen] = useState(false);
  const [column, setColumn] = useState(ALL);
  const [code, setCode] = useState(ALL);
  const filter = { ...(column !== ALL && { column }), ...(code !== ALL && { codes: [code] }) };
  const skip = status === "CHECKING";
  const all = useQuery(BatchIssuesDocument, {
    variables: { id, filter: {}, first: PAGE, after: null },
    skip,
  });
  const { data, error, loading, refetch, fetchMore } = useQuery(BatchIssuesDocument, {
    variables: { id, filter, first: PAGE, after: null },
    skip: skip || !isOpen,
  });
  const total = all.data?.batch?.issues.totalCount ?? 0;
  if (skip || total === 0) return null;
  const batch = all.data?.batch;
  const codes = new Set(batch?.issues.edges.map(({ node }) => node.code));
  const issues = data?.batch?.issues;
  return (
    <details className="card batch-issues" onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
      <summary>{count(total, "issue")}</summary>
      <div className="stack">
        <div className="batch-settings">
          <Select
            label="Column"
            value={column}
            options={[
              { value: ALL, text: "All columns" },
              ...(batch?.columns ?? []).map((one) => ({ value: one.column, text: one.column })),
            ]}
            onText={setColumn}
          />
          <Select
            label="Kind of issue"
            value={code}
            options={[
              { value: ALL, text: "All kinds" },
              ...[...codes].toSorted().map((one) => ({ value: one, text: describeCode(one) })),
            ]}
            onText={setCode}
          />
        </div>
        {!issues ? (
          <Pending what="the issues" error={error} rows={3} onRetry={refetch} />
        ) : issues.edges.length === 0 ? (
          <p className="muted">No such issues.</p>
        ) : (
          <ul className="batch-issue-list" aria-label="Issues of the table">
            {issues.edges.map(({ cursor, node: { line, severity, column: place, message } }) => (
              <li key={cursor} className={severity === "WARNING" ? "batch-warning" : undefined}>
                {line !== null && <strong>Line {line}. </strong>}
                {place !== null && <code>{place}</code>} {message}
              </li>
            ))}
            <li>
              <More
                page={issues.pageInfo}
                isLoading={loading}
                fetchMore={({ variables }) =>
                  fetchMore({ variables: { id, filter, first: PAGE, ...variables } })
                }
              />
            </li>
          </ul>
        )}
      </div>
    </details>
  );
}

/** `VALUE_TOO_LONG` becomes `Value too long`. Pure. */
const describeCode = (code: string): string =>
  `${code.charAt(0)}${code.slice(1).toLowerCase().replaceAll("_", " ")}`;
