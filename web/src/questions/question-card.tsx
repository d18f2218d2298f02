import type { TypedDocumentNode } from "@apollo/client";
import { useState } from "react";
import {
  AcceptQuestionDocument,
  RejectQuestionDocument,
  type ReviewedQuestionFragment,
  UpdateQuestionDocument,
  VerifyQuestionDocument,
} from "../api/index.ts";
import { questionWords } from "../format/index.ts";
import { useSession } from "../session/index.ts";
import { Badge, CheckIcon, CloseIcon, EditIcon, RetryIcon, useAction } from "../ui/index.ts";
import { type EditedQuestion, QuestionFields } from "./question-fields.tsx";

interface QuestionCardProps {
  question: ReviewedQuestionFragment;
  onChanged: () => void;
}

/** A question with what a reviewer can do with it. */
export function QuestionCard({ question, onChanged }: QuestionCardProps) {
  const [isEditing, setIsEditing] = useState(false);
  const { question: text, status, rejection, isVerified, line, attribution } = question;
  return (
    <li className="card question-card" aria-label={text}>
      <div className="question-head">
        <Badge word={questionWords[status]} />
        {isVerified && <Badge word={{ text: "Verified", tone: "good" }} />}
        {line !== null && <span className="muted small">Line {line}</span>}
        {!isEditing && (
          <ReviewTools question={question} onEdit={() => setIsEditing(true)} onChanged={onChanged} />
        )}
      </div>
      {rejection && <p className="notice bad">{rejection.reason}</p>}
      {isEditing ? (
        <EditQuestion
          question={question}
          onEnd={(hasChanged) => {
            setIsEditing(false);
            if (hasChanged) onChanged();
          }}
        />
      ) : (
        <QuestionText question={question} />
      )}
      {attribution && (
        <p className="muted small">
          {attribution.source}
          {attribution.licence !== null && `, ${attribution.licence}`}
        </p>
      )}
    </li>
  );
}

function QuestionText({ question }: { question: ReviewedQuestionFragment }) {
  const { question: text, options, answerIndex, explanation } = question;
  return (
    <>
      <h2>{text}</h2>
      <ol className="answers">
        {options.map((option, index) => (
          // Options of a rejected question may be equal.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={index} className={index === answerIndex ? "right" : ""}>
            {index === answerIndex && <CheckIcon />}
            <span>{option}</span>
            {index === answerIndex && <span className="visually-hidden">(right)</span>}
          </li>
        ))}
      </ol>
      {explanation !== null && <p className="muted">{explanation}</p>}
    </>
  );
}

interface ReviewToolsProps extends QuestionCardProps {
  onEdit: () => void;
}

function ReviewTools({ question: { id, status, isVerified }, onEdit, onChanged }: ReviewToolsProps) {
  const { act, isBusy } = useAction();
  if (!useSession().can("WRITE")) return null;
  const send = async <Data extends object>(mutation: TypedDocumentNode<Data, { id: string }>) => {
    if (await act(mutation, { id }, null)) onChanged();
  };
  return (
    <div className="question-tools">
      <button type="button" className="button small" onClick={onEdit}>
        <EditIcon /> Edit
      </button>
      {status === "ACCEPTED" && !isVerified && (
        <button
          type="button"
          className="button small"
          disabled={isBusy}
          onClick={() => void send(VerifyQuestionDocument)}
        >
          <CheckIcon /> Facts are right
        </button>
      )}
      {status === "ACCEPTED" ? (
        <button
          type="button"
          className="button small"
          disabled={isBusy}
          onClick={() => void send(RejectQuestionDocument)}
        >
          <CloseIcon /> Reject
        </button>
      ) : (
        <button
          type="button"
          className="button small"
          disabled={isBusy}
          onClick={() => void send(AcceptQuestionDocument)}
        >
          <RetryIcon /> Restore
        </button>
      )}
    </div>
  );
}

interface EditQuestionProps {
  question: ReviewedQuestionFragment;
  onEnd: (hasChanged: boolean) => void;
}

/** Changes a question in place; it must then pass the checks. */
function EditQuestion({ question, onEnd }: EditQuestionProps) {
  const { id, options, answerIndex } = question;
  const { act, isBusy } = useAction();
  const [value, setValue] = useState<EditedQuestion>({
    question: question.question,
    options: [...options, ...Array.from({ length: Math.max(0, 4 - options.length) }, () => "")],
    answerIndex,
    explanation: question.explanation ?? "",
  });
  const [problem, setProblem] = useState<string | null>(null);
  const save = async () => {
    if (value.answerIndex === null) return setProblem("Mark the right option.");
    const { explanation, options: edited, ...texts } = value;
    const input = {
      ...{ id, question: texts.question, options: [...edited], answerIndex: value.answerIndex },
      explanation: explanation.trim() || null,
    };
    const refuse = (reason: string) => setProblem(withoutField(reason));
    if (await act(UpdateQuestionDocument, { input }, null, refuse)) onEnd(true);
  };
  return (
    <form
      className="stack"
      aria-label="Edit the question"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <QuestionFields
        value={value}
        problemAt={(path) => (path === "/options" ? problem : null)}
        onChange={(part) => {
          setValue((now) => ({ ...now, ...part }));
          setProblem(null);
        }}
      />
      <div className="dialog-foot">
        <button type="button" className="button" onClick={() => onEnd(false)}>
          Cancel
        </button>
        <button type="submit" className="button primary" disabled={isBusy}>
          Save
        </button>
      </div>
    </form>
  );
}

/** A refusal beside its field needs no name of the field. Pure. */
const withoutField = (reason: string): string =>
  reason.replace(/^(?:question|options|answerIndex|explanation): /, "");
