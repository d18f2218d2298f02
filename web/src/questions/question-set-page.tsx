import { useQuery } from "@apollo/client/react";
import { useCallback, useEffect, useState } from "react";
import { Link, useLocation } from "wouter";
import {
  DeleteQuestionSetDocument,
  QuestionSetHeadDocument,
  type QuestionSetHeadQuery,
  type QuestionStatus,
  QuestionsOfSetDocument,
} from "../api/index.ts";
import { questionSetWords } from "../format/index.ts";
import { routes } from "../routes.ts";
import { useSession } from "../session/index.ts";
import {
  BackIcon,
  Badge,
  Confirm,
  Empty,
  FailureText,
  More,
  Pending,
  PlayIcon,
  Spinner,
  TrashIcon,
  useAction,
} from "../ui/index.ts";
import { describeCounts } from "./describe-counts.ts";
import { ExportButton } from "./export-button.tsx";
import { MakeVideo } from "./make-video.tsx";
import { QuestionCard } from "./question-card.tsx";
import "./questions.css";

type QuestionSet = NonNullable<QuestionSetHeadQuery["questionSet"]>;

const PAGE = 50;
/** Polling interval in milliseconds while the set is generated: the event log contains videos only. */
const POLL_MS = 1_000;

/** A question set: what was generated or imported, to be reviewed before it is used. */
export default function QuestionSetPage({ id }: { id: string }) {
  const { data, error, refetch, startPolling, stopPolling } = useQuery(QuestionSetHeadDocument, {
    variables: { id },
  });
  const set = data?.questionSet;
  const isGenerating = set?.status === "GENERATING";
  useEffect(() => {
    if (isGenerating) startPolling(POLL_MS);
    else stopPolling();
  }, [isGenerating, startPolling, stopPolling]);
  const changed = useCallback(() => void refetch().catch(() => undefined), [refetch]);
  if (!data) return <Pending what="the questions" error={error} rows={6} onRetry={refetch} />;
  if (!set) {
    return (
      <Empty title="Question set not found" isWholePage>
        <p>
          <Link href={routes.questions}>All question sets</Link>
        </p>
      </Empty>
    );
  }
  return (
    <>
      <title>{`${set.topic} · Reelay`}</title>
      <Link href={routes.questions} className="back">
        <BackIcon /> Questions
      </Link>
      <div className="page-head">
        <h1>{set.topic}</h1>
        <Badge word={questionSetWords[set.status]} />
        <SetTools set={set} />
      </div>
      <p className="muted">{describeSet(set)}</p>
      <p className="notice">
        <strong>Facts are not checked.</strong> Rules check the form of each question only. Review the
        questions before you use them.
      </p>
      {set.error && (
        <div className="notice bad">
          <FailureText failure={set.error} />
        </div>
      )}
      <Issues issues={set.issues} />
      {isGenerating ? (
        <Spinner label="Writing the questions" />
      ) : (
        <QuestionList id={id} counts={set.counts} onChanged={changed} />
      )}
    </>
  );
}

/** How the set came to be, in one line. */
function describeSet(set: QuestionSet): string {
  const { language, difficulty, generation } = set;
  const writer =
    generation?.generator == null
      ? []
      : [
          generation.generator === "bank"
            ? "from the built-in bank"
            : `by ${generation.model ?? generation.generator}`,
        ];
  return [
    describeCounts(set),
    language,
    ...(difficulty === null ? [] : [difficulty.toLowerCase()]),
    ...writer,
    ...(!generation?.costUsd ? [] : [`$${generation.costUsd.toFixed(4)}`]),
  ].join(" · ");
}

function SetTools({ set: { id, topic, status, counts } }: { set: QuestionSet }) {
  const [asked, setAsked] = useState<"video" | "delete" | null>(null);
  const { act, isBusy } = useAction();
  const [, navigate] = useLocation();
  const canWrite = useSession().can("WRITE");
  const remove = async () => {
    if (await act(DeleteQuestionSetDocument, { id }, `"${topic}" was deleted.`)) navigate(routes.questions);
  };
  return (
    <div className="page-tools">
      <ExportButton id={id} topic={topic} isDisabled={counts.accepted === 0} />
      {canWrite && (
        <>
          <button type="button" className="button" disabled={isBusy} onClick={() => setAsked("delete")}>
            <TrashIcon /> Delete
          </button>
          <button
            type="button"
            className="button primary"
            disabled={status !== "READY" || counts.accepted === 0}
            onClick={() => setAsked("video")}
          >
            <PlayIcon /> Make a video
          </button>
        </>
      )}
      {asked === "video" && <MakeVideo id={id} topic={topic} onClose={() => setAsked(null)} />}
      {asked === "delete" && (
        <Confirm
          title="Delete this question set?"
          action="Delete the set"
          onConfirm={() => void remove()}
          onClose={() => setAsked(null)}
        >
          <p>
            <strong>{topic}</strong> will be deleted with its questions. Videos of it stay as they are. This
            can’t be undone.
          </p>
        </Confirm>
      )}
    </div>
  );
}

/** What of an import is not used, by line, or why a generated set has fewer questions. */
function Issues({ issues }: { issues: QuestionSet["issues"] }) {
  if (issues.length === 0) return null;
  return (
    <details className="notice" open>
      <summary>Not used: {issues.length}</summary>
      <ul className="issue-list" aria-label="Issues">
        {issues.map(({ line, column, code, message }) => (
          <li key={`${line} ${column} ${code} ${message}`}>
            {line !== null && <strong>Line {line}. </strong>}
            {column !== null && <code>{column}</code>} {message}
          </li>
        ))}
      </ul>
    </details>
  );
}

interface QuestionListProps {
  id: string;
  counts: QuestionSet["counts"];
  /** Called after a review, which may change the set's numbers. */
  onChanged: () => void;
}

function QuestionList({ id, counts, onChanged }: QuestionListProps) {
  const [status, setStatus] = useState<QuestionStatus | null>(null);
  const { data, error, loading, refetch, fetchMore } = useQuery(QuestionsOfSetDocument, {
    variables: { id, first: PAGE, after: null },
  });
  const page = data?.questionSet?.questions;
  if (!page) return <Pending what="the questions" error={error} rows={6} onRetry={refetch} />;
  const shown = page.edges.map(({ node }) => node).filter((one) => status === null || one.status === status);
  const choices = [
    { value: null, text: `All ${counts.accepted + counts.rejected}` },
    { value: "ACCEPTED", text: `Accepted ${counts.accepted}` },
    { value: "REJECTED", text: `Rejected ${counts.rejected}` },
  ] as const;
  return (
    <>
      <fieldset className="segments set-filter" aria-label="Questions to show">
        {choices.map(({ value, text }) => (
          <button key={text} type="button" aria-pressed={status === value} onClick={() => setStatus(value)}>
            {text}
          </button>
        ))}
      </fieldset>
      <ol className="question-list" aria-label="Questions">
        {shown.map((question) => (
          <QuestionCard key={question.id} question={question} onChanged={onChanged} />
        ))}
      </ol>
      {shown.length === 0 && !page.pageInfo.hasNextPage && <p className="muted">No such questions.</p>}
      <More
        page={page.pageInfo}
        isLoading={loading}
        fetchMore={({ variables }) => fetchMore({ variables: { id, first: PAGE, ...variables } })}
      />
    </>
  );
}
