import { useState } from "react";
import { ImportQuestionsDocument } from "../api/index.ts";
import { FormDialog, TextArea, TextField, useAction } from "../ui/index.ts";
import { isJson, type TableText } from "./table-file.ts";

interface ImportDialogProps {
  /** What the dialog begins with. */
  table: TableText;
  /** Receives the id of the new set. */
  onImported: (id: string) => void;
  onClose: () => void;
}

/** Makes a question set of a CSV or of JSON. */
export default function ImportDialog({ table, onImported, onClose }: ImportDialogProps) {
  const { act, isBusy } = useAction();
  const [topic, setTopic] = useState(table.topic);
  const [language, setLanguage] = useState("en");
  const [text, setText] = useState(table.text);
  const [problem, setProblem] = useState<string | null>(null);
  // A repeat after a lost answer must not create a second set.
  const [idempotencyKey, setIdempotencyKey] = useState(() => crypto.randomUUID());
  const edit = (set: (text: string) => void) => (next: string) => {
    set(next);
    setProblem(null);
    setIdempotencyKey(crypto.randomUUID());
  };
  const send = async () => {
    const source = isJson(text) ? { json: text } : { csv: text };
    const input = { topic: topic.trim() || "Quiz", language, source, idempotencyKey };
    const data = await act(ImportQuestionsDocument, { input }, null, setProblem);
    if (data?.importQuestions.__typename !== "QuestionSet") return;
    onImported(data.importQuestions.id);
    onClose();
  };
  return (
    <FormDialog
      title="Import questions"
      action="Import"
      isDisabled={isBusy || text.trim() === ""}
      onSubmit={send}
      onClose={onClose}
    >
      <TextField label="Topic" value={topic} maxLength={80} placeholder="Quiz" onText={edit(setTopic)} />
      <TextField
        label="Language"
        hint="BCP 47, e.g. en or pt-BR"
        value={language}
        spellCheck={false}
        autoCapitalize="off"
        onText={edit(setLanguage)}
      />
      <TextArea
        label="CSV, rows of a spreadsheet, or JSON"
        hint="The first line names the columns: question, option1 to option4, answer (letter, number or text)."
        rows={8}
        className="code"
        wrap="off"
        value={text}
        spellCheck={false}
        problem={problem}
        onText={edit(setText)}
      />
    </FormDialog>
  );
}
