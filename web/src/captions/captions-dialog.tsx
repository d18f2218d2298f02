import { useState } from "react";
import { SetCaptionsDocument } from "../api/index.ts";
import { Check, FormDialog, TextField, useAction } from "../ui/index.ts";
import { languageOf, readText } from "./caption-file.ts";

interface CaptionsDialogProps {
  videoId: string;
  onClose: () => void;
  onChanged: () => void;
}

/** Adds captions to a video. They replace those of the same language and kind. */
export function CaptionsDialog({ videoId, onClose, onChanged }: CaptionsDialogProps) {
  const [file, setFile] = useState<File | null>(null);
  const [language, setLanguage] = useState("");
  const [label, setLabel] = useState("");
  const [describesSounds, setDescribesSounds] = useState(false);
  const [isDefault, setIsDefault] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const { act, isBusy } = useAction();
  const choose = (chosen: File | null) => {
    setFile(chosen);
    setProblem(null);
    const named = chosen && languageOf(chosen.name);
    if (named && language === "") setLanguage(named);
  };
  const save = async () => {
    if (file === null) return;
    const input = {
      videoId,
      language: language.trim(),
      label: label.trim() === "" ? null : label.trim(),
      kind: describesSounds ? ("CAPTIONS" as const) : ("SUBTITLES" as const),
      isDefault,
      content: readText(await file.arrayBuffer()),
    };
    const done = await act(SetCaptionsDocument, { input }, "Captions added.", setProblem);
    if (!done) return;
    onChanged();
    onClose();
  };
  return (
    <FormDialog
      title="Add captions"
      action="Add the captions"
      isDisabled={isBusy || file === null || language.trim() === ""}
      onSubmit={save}
      onClose={onClose}
    >
      <TextField
        label="File (WebVTT or SRT)"
        type="file"
        accept=".vtt,.srt,text/vtt"
        required
        problem={problem}
        onChange={({ currentTarget }) => choose(currentTarget.files?.[0] ?? null)}
      />
      <div className="field-row">
        <TextField
          label="Language"
          value={language}
          required
          spellCheck={false}
          placeholder="en, pt-BR, zh-Hant"
          onText={setLanguage}
        />
        <TextField
          label="Label"
          value={label}
          maxLength={100}
          placeholder="The language's own name"
          onText={setLabel}
        />
      </div>
      <Check
        isOn={describesSounds}
        hint="Captions also describe sounds, not only speech."
        onCheck={setDescribesSounds}
      >
        For the hard of hearing
      </Check>
      <Check isOn={isDefault} onCheck={setIsDefault}>
        On by default
      </Check>
    </FormDialog>
  );
}
