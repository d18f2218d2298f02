import { useQuery } from "@apollo/client/react";
import { useEffect, useRef } from "react";
import { Link, useLocation } from "wouter";
import { type QuestionSetRowFragment, QuestionSetsDocument } from "../api/index.ts";
import { questionSetWords } from "../format/index.ts";
import { routes } from "../routes.ts";
import { useSession } from "../session/index.ts";
import { Ago, Badge, Empty, More, Pending, UploadIcon } from "../ui/index.ts";
import { useUploads } from "../uploads/index.ts";
import { describeCounts } from "./describe-counts.ts";
import { GenerateForm } from "./generate-form.tsx";
import "./questions.css";

const PAGE = 30;
/** Polling interval in milliseconds while a set is generated: the event log contains videos only. */
const POLL_MS = 1_000;

/** The workspace's question sets, and a form that generates another one. */
export default function QuestionsPage() {
  const [, navigate] = useLocation();
  const canWrite = useSession().can("WRITE");
  const { data, error, loading, refetch, fetchMore, startPolling, stopPolling } = useQuery(
    QuestionSetsDocument,
    { variables: { first: PAGE, after: null } },
  );
  const sets = data?.questionSets.edges.map(({ node }) => node);
  const isGenerating = sets?.some(({ status }) => status === "GENERATING") ?? false;
  useEffect(() => {
    if (isGenerating) startPolling(POLL_MS);
    else stopPolling();
  }, [isGenerating, startPolling, stopPolling]);
  return (
    <>
      <title>Questions · Reelay</title>
      <div className="page-head">
        <h1>Questions</h1>
        {canWrite && (
          <div className="page-tools">
            <ImportButton />
          </div>
        )}
      </div>
      {canWrite && <GenerateForm onStarted={(id) => navigate(routes.questionSet(id))} />}
      {!sets ? (
        <Pending what="the question sets" error={error} rows={4} onRetry={refetch} />
      ) : sets.length === 0 ? (
        <Empty title="No questions yet">
          <p>Generate questions about a topic, or drop a CSV on this page.</p>
        </Empty>
      ) : (
        <>
          <ul className="lines card" aria-label="Question sets">
            {sets.map((set) => (
              <SetLine key={set.id} set={set} />
            ))}
          </ul>
          <More page={data?.questionSets.pageInfo} isLoading={loading} fetchMore={fetchMore} />
        </>
      )}
    </>
  );
}

/** Chooses a file; the import opens as if it had been dropped. */
function ImportButton() {
  const { add } = useUploads();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" className="button" onClick={() => input.current?.click()}>
        <UploadIcon /> Import a file
      </button>
      <input
        ref={input}
        type="file"
        accept=".csv,.tsv,.json"
        hidden
        aria-label="File with questions"
        onChange={({ currentTarget }) => {
          add([...(currentTarget.files ?? [])]);
          currentTarget.value = "";
        }}
      />
    </>
  );
}

function SetLine({ set }: { set: QuestionSetRowFragment }) {
  const { id, topic, language, origin, status, createdAt } = set;
  return (
    <li className="set-line">
      <span>
        <Link href={routes.questionSet(id)}>{topic}</Link>
      </span>
      <Badge word={questionSetWords[status]} />
      <span className="muted">{describeCounts(set)}</span>
      <span className="muted">
        {origin === "IMPORTED" ? "imported" : "generated"} · {language}
      </span>
      <span className="muted">
        <Ago at={createdAt} />
      </span>
    </li>
  );
}
