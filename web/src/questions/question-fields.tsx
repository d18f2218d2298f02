import { useId } from "react";
import "./questions.css";
import { CloseIcon, PlusIcon, TextArea } from "../ui/index.ts";

/** A multiple-choice question in a form. */
export interface EditedQuestion {
  question: string;
  options: readonly string[];
  /** From 0; null: not chosen. */
  answerIndex: number | null;
  explanation: string;
}

interface QuestionFieldsProps {
  value: EditedQuestion;
  /** The problem at a JSON Pointer of the question, such as `/options/2`; null: none. */
  problemAt: (path: string) => string | null;
  /** The id of the element at such a path. Default: none. */
  idAt?: (path: string) => string;
  /** Numbers of options that are allowed. Default: four. */
  counts?: { min: number; max: number };
  hasExplanation?: boolean;
  onChange: (part: Partial<EditedQuestion>) => void;
}

const four = { min: 4, max: 4 };
const letterOf = (index: number): string => String.fromCodePoint("A".charCodeAt(0) + index);

/** The fields of a question: its text, its options with the right one marked, and its explanation. */
export function QuestionFields({
  value: { question, options, answerIndex, explanation },
  problemAt,
  idAt,
  counts: { min, max } = four,
  hasExplanation = true,
  onChange,
}: QuestionFieldsProps) {
  const group = useId();
  const optionsProblem = problemAt("/options") ?? problemAt("/answerIndex");
  const remove = (index: number) => {
    const moved = answerIndex !== null && answerIndex > index ? answerIndex - 1 : answerIndex;
    onChange({ options: options.toSpliced(index, 1), answerIndex: answerIndex === index ? 0 : moved });
  };
  return (
    <div className="stack question-fields">
      <TextArea
        label="Question"
        {...(idAt && { id: idAt("/question") })}
        rows={2}
        value={question}
        problem={problemAt("/question")}
        onText={(text) => onChange({ question: text })}
      />
      <fieldset className="choices options">
        <legend>Options, with the right one marked</legend>
        {options.map((option, index) => (
          <div key={letterOf(index)} className="option">
            <input
              type="radio"
              name={group}
              aria-label={`${letterOf(index)} is right`}
              checked={answerIndex === index}
              onChange={() => onChange({ answerIndex: index })}
            />
            <span aria-hidden="true">{letterOf(index)}</span>
            <OptionText
              label={`Option ${letterOf(index)}`}
              id={idAt?.(`/options/${index}`)}
              value={option}
              problem={problemAt(`/options/${index}`)}
              onText={(text) => onChange({ options: options.with(index, text) })}
            />
            {options.length > min && (
              <button
                type="button"
                className="button icon-only"
                aria-label={`Remove option ${letterOf(index)}`}
                onClick={() => remove(index)}
              >
                <CloseIcon />
              </button>
            )}
          </div>
        ))}
        {options.length < max && (
          <button
            type="button"
            className="button small"
            onClick={() => onChange({ options: [...options, ""] })}
          >
            <PlusIcon /> Add option
          </button>
        )}
        {optionsProblem !== null && (
          <p className="notice bad" role="alert">
            {optionsProblem}
          </p>
        )}
      </fieldset>
      {hasExplanation && (
        <TextArea
          label="Explanation"
          {...(idAt && { id: idAt("/explanation") })}
          rows={2}
          value={explanation}
          placeholder="Shown with the answer"
          problem={problemAt("/explanation")}
          onText={(text) => onChange({ explanation: text })}
        />
      )}
    </div>
  );
}

interface OptionTextProps {
  label: string;
  id: string | undefined;
  value: string;
  problem: string | null;
  onText: (text: string) => void;
}

/** One line beside its radio button, so its label is for readers of the screen. */
function OptionText({ label, id, value, problem, onText }: OptionTextProps) {
  const problemId = useId();
  return (
    <div className="field">
      <input
        id={id}
        aria-label={label}
        value={value}
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : problemId}
        onChange={({ currentTarget }) => onText(currentTarget.value)}
      />
      {problem !== null && (
        <p className="notice bad" role="alert" id={problemId}>
          {problem}
        </p>
      )}
    </div>
  );
}
