import { useApolloClient } from "@apollo/client/react";
import { useState } from "react";
import { explain, ImportQuestionsDocument } from "../api/index.ts";
import { uploadMaterial } from "../materials/index.ts";
import { FormDialog, TextArea, TextField, useAction } from "../ui/index.ts";
import { type ImportedTable, isJson } from "./table-file.ts";

interface ImportDialogProps {
  /** What the dialog begins with. */
  table: ImportedTable;
  /** Receives the id of the new set. */
  onImported: (id: string) => void;
  onClose: () => void;
}

/** Makes a question set of a table or of JSON. A file that the API reads is uploaded. */
export default function ImportDialog({ table, onImported, onClose }: ImportDialogProps) {
  const client = useApolloClient();
  const { act, isBusy } = useAction();
  const [isUploading, setIsUploading] = useState(false);
  const [topic, setTopic] = useState(table.topic);
  const [language, setLanguage] = useState("en");
  const [text, setText] = useState(table.text ?? "");
  const { file } = table;
  const isUploaded = table.text === null;
  const [problem, setProblem] = useState<string | null>(null);
  // A repeat after a lost answer must not create a second set.
  const [idempotencyKey, setIdempotencyKey] = useState(() => crypto.randomUUID());
  const edit = (set: (text: string) => void) => (next: string) => {
    set(next);
    setProblem(null);
    setIdempotencyKey(crypto.randomUUID());
  };
  const upload = async () => {
    setIsUploading(true);
    try {
      return { material: (await uploadMaterial(client, file)).id };
    } catch (reason) {
      setProblem(explain(reason));
      return null;
    } finally {
      setIsUploading(false);
    }
  };
  const send = async () => {
    const source = isUploaded ? await upload() : isJson(text) ? { json: text } : { csv: text };
    if (source === null) return;
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
      isDisabled={isBusy || isUploading || !(isUploaded || text.trim() !== "")}
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
      {isUploaded ? (
        <div className="stack">
          <p>
            {file.name}
            {isUploading && <span className="muted"> is being sent</span>}
          </p>
          {problem && (
            <p className="notice bad" role="alert">
              {problem}
            </p>
          )}
        </div>
      ) : (
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
      )}
    </FormDialog>
  );
}
