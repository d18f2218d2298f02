import { useQuery } from "@apollo/client/react";
import { Link } from "wouter";
import { UnusedOfSetDocument } from "../api/index.ts";
import { count } from "../format/index.ts";
import { routes } from "../routes.ts";

/** Where the questions of a form come from, and what of the set or its file is not used, by line. */
export function SetNotice({ id, limit }: { id: string; limit: number }) {
  const { data } = useQuery(UnusedOfSetDocument, { variables: { id } });
  const set = data?.questionSet;
  if (!set) return null;
  const { topic, counts, issues, questions } = set;
  const rejected = questions.edges.map(({ node: { id: key, line, question, rejection } }) => {
    const message = `“${question}”: ${rejection?.reason ?? ""}`;
    return { key, line, column: null, message };
  });
  const left = issues.map(({ line, column, code, message }) => {
    const key = `${line} ${column} ${code}`;
    return { key, line, column, message };
  });
  const unused = [...left, ...rejected].toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0));
  const beyond = counts.accepted - limit;
  return (
    <div className="notice set-notice" role="status">
      <p>
        {count(Math.min(counts.accepted, limit), "question")} of{" "}
        <Link href={routes.questionSet(id)}>{topic}</Link>. Facts are not checked: review them before you use
        them.
        {beyond > 0 && ` The template shows at most ${limit}: ${beyond} are left out.`}
      </p>
      {unused.length > 0 && (
        <details>
          <summary>Not used: {issues.length + counts.rejected}</summary>
          <ul className="issue-list" aria-label="Not used">
            {unused.map(({ key, line, column, message }) => (
              <li key={key}>
                {line !== null && <strong>Line {line}. </strong>}
                {column !== null && <code>{column}</code>} {message}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
