import { type FormEvent, useId, useState } from "react";
import { SetCaptionsDocument } from "../api/documents.ts";
import { Dialog } from "../ui/dialog.tsx";
import { useAction } from "../ui/use-action.ts";
import { languageOf, readText } from "./caption-file.ts";

interface CaptionsDialogProps {
  videoId: string;
  onClose: () => void;
  onChanged: () => void;
}

/** Gives a video captions, or others in the place of those of the same language and kind. */
export function CaptionsDialog({ videoId, onClose, onChanged }: CaptionsDialogProps) {
  const [file, setFile] = useState<File | null>(null);
  const [language, setLanguage] = useState("");
  const [label, setLabel] = useState("");
  const [tellsSounds, setTellsSounds] = useState(false);
  const [isDefault, setIsDefault] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const { act, isBusy } = useAction();
  const [fileId, languageId, labelId, problemId] = [useId(), useId(), useId(), useId()];
  const choose = (chosen: File | null) => {
    setFile(chosen);
    setProblem(null);
    const named = chosen && languageOf(chosen.name);
    if (named && language === "") setLanguage(named);
  };
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (file === null) return;
    const input = {
      videoId,
      language: language.trim(),
      label: label.trim() === "" ? null : label.trim(),
      kind: tellsSounds ? ("CAPTIONS" as const) : ("SUBTITLES" as const),
      isDefault,
      content: readText(await file.arrayBuffer()),
    };
    const done = await act(SetCaptionsDocument, { input }, "Captions added.", setProblem);
    if (!done) return;
    onChanged();
    onClose();
  };
  return (
    <Dialog title="Add captions" onClose={onClose}>
      <form className="stack" onSubmit={(event) => void save(event)}>
        <label className="field" htmlFor={fileId}>
          File (WebVTT or SRT)
          <input
            id={fileId}
            type="file"
            accept=".vtt,.srt,text/vtt"
            required
            aria-invalid={problem !== null}
            aria-describedby={problem === null ? undefined : problemId}
            onChange={({ currentTarget }) => choose(currentTarget.files?.[0] ?? null)}
          />
        </label>
        {problem !== null && (
          <p className="notice bad" role="alert" id={problemId}>
            {problem}
          </p>
        )}
        <div className="field-row">
          <label className="field" htmlFor={languageId}>
            Language
            <input
              id={languageId}
              value={language}
              required
              spellCheck={false}
              placeholder="en, pt-BR, zh-Hant"
              onChange={({ currentTarget }) => setLanguage(currentTarget.value)}
            />
          </label>
          <label className="field" htmlFor={labelId}>
            Label
            <input
              id={labelId}
              value={label}
              maxLength={100}
              placeholder="The language's own name"
              onChange={({ currentTarget }) => setLabel(currentTarget.value)}
            />
          </label>
        </div>
        <label className="check">
          <input
            type="checkbox"
            checked={tellsSounds}
            onChange={({ currentTarget }) => setTellsSounds(currentTarget.checked)}
          />
          <span>
            For the hard of hearing{" "}
            <span className="muted small">Captions also describe sounds, not only speech.</span>
          </span>
        </label>
        <label className="check">
          <input
            type="checkbox"
            checked={isDefault}
            onChange={({ currentTarget }) => setIsDefault(currentTarget.checked)}
          />
          <span>On by default</span>
        </label>
        <div className="dialog-foot">
          <button
            type="submit"
            className="button primary"
            disabled={isBusy || file === null || language.trim() === ""}
          >
            Add the captions
          </button>
        </div>
      </form>
    </Dialog>
  );
}
