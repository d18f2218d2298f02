import { useEffect, useState } from "react";
import { useLocation } from "wouter";
import { routes } from "../routes.ts";
import { Dialog } from "../ui/index.ts";
import { useUploads } from "../uploads/index.ts";
import { ImportFile } from "./import-file.tsx";

/** The template of a dropped table that becomes one video. */
const ONE_VIDEO = "quiz-classic";

/**
 * Asks what becomes of a table that is dropped or pasted on a page without a use for it: one quiz, a batch,
 * or a question set. The pages of questions import it.
 */
export function DroppedTables() {
  const { acceptTables, passTable } = useUploads();
  const [path, navigate] = useLocation();
  const [asked, setAsked] = useState<File | null>(null);
  const [imported, setImported] = useState<{ file: File; isVideo: boolean } | null>(null);
  const isOfQuestions = path.startsWith(routes.questions);
  useEffect(
    () =>
      acceptTables((file) => {
        if (isOfQuestions) setImported({ file, isVideo: false });
        else setAsked(file);
      }),
    [acceptTables, isOfQuestions],
  );
  if (imported !== null)
    return (
      <ImportFile
        file={imported.file}
        onImported={(id) =>
          navigate(imported.isVideo ? routes.template(ONE_VIDEO, { set: id }) : routes.questionSet(id))
        }
        onClose={() => setImported(null)}
      />
    );
  if (asked === null) return null;
  const choose = (use: (file: File) => void) => () => {
    setAsked(null);
    use(asked);
  };
  const uses = [
    {
      label: "One quiz video",
      hint: "Its rows are the questions of one video.",
      use: (file: File) => setImported({ file, isVideo: true }),
    },
    {
      label: "A video of each row",
      hint: "Makes a batch, of any template. All rows are checked first.",
      use: (file: File) => {
        passTable(file);
        navigate(routes.batches);
      },
    },
    {
      label: "A question set",
      hint: "Imports questions, to review and edit them.",
      use: (file: File) => setImported({ file, isVideo: false }),
    },
  ];
  return (
    <Dialog title={`What becomes of ${asked.name || "the pasted rows"}?`} onClose={() => setAsked(null)}>
      {uses.map(({ label, hint, use }) => (
        <div key={label}>
          <button type="button" className="button" onClick={choose(use)}>
            {label}
          </button>{" "}
          <span className="muted">{hint}</span>
        </div>
      ))}
      <div className="dialog-foot">
        <button type="button" className="button" onClick={() => setAsked(null)}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}
