import { useState } from "react";
import { GenerateQuestionsDocument, type QuestionDifficulty } from "../api/index.ts";
import { Select, TextField, useAction } from "../ui/index.ts";

const MAX_QUESTIONS = 50;

/** Has questions about a topic generated. */
export function GenerateForm({ onStarted }: { onStarted: (id: string) => void }) {
  const { act, isBusy } = useAction();
  const [topic, setTopic] = useState("");
  const [difficulty, setDifficulty] = useState<QuestionDifficulty | "">("");
  const [amount, setAmount] = useState(10);
  const [language, setLanguage] = useState("en");
  const [problem, setProblem] = useState<string | null>(null);
  // A repeat after a lost answer must not create a second set.
  const [idempotencyKey, setIdempotencyKey] = useState(() => crypto.randomUUID());
  const edit =
    <Value,>(set: (value: Value) => void) =>
    (value: Value) => {
      set(value);
      setProblem(null);
      setIdempotencyKey(crypto.randomUUID());
    };
  const send = async () => {
    if (topic.trim() === "") return setProblem("Enter a topic, such as History.");
    const input = {
      ...{ topic: topic.trim(), count: amount, language, idempotencyKey, waitMs: 0 },
      ...(difficulty !== "" && { difficulty }),
    };
    const data = await act(GenerateQuestionsDocument, { input }, null, setProblem);
    if (data?.generateQuestions.__typename === "QuestionSet") onStarted(data.generateQuestions.id);
  };
  return (
    <form
      className="card stack"
      aria-label="Generate questions"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <h2>Generate questions</h2>
      <div className="generate">
        <TextField
          label="Topic"
          value={topic}
          maxLength={80}
          placeholder="History"
          problem={problem}
          onText={edit(setTopic)}
        />
        <Select
          label="Difficulty"
          value={difficulty}
          options={[
            { value: "", text: "Mixed" },
            { value: "EASY", text: "Easy" },
            { value: "MEDIUM", text: "Medium" },
            { value: "HARD", text: "Hard" },
          ]}
          onText={(value) => edit(setDifficulty)(value as QuestionDifficulty | "")}
        />
        <TextField
          label="Number"
          type="number"
          min={1}
          max={MAX_QUESTIONS}
          value={amount}
          onText={(text) =>
            edit(setAmount)(Math.min(MAX_QUESTIONS, Math.max(1, Math.trunc(Number(text)) || 1)))
          }
        />
        <TextField
          label="Language"
          value={language}
          spellCheck={false}
          autoCapitalize="off"
          placeholder="en"
          onText={edit(setLanguage)}
        />
        <button type="submit" className="button primary" disabled={isBusy}>
          Generate
        </button>
      </div>
    </form>
  );
}
