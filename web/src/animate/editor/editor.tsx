import { setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { type Ref, useEffect, useId, useImperativeHandle, useRef } from "react";
import type { Problem } from "../problem.ts";
import { planExtensions } from "./extensions.ts";
import { toDiagnostics } from "./to-diagnostics.ts";

export interface EditorHandle {
  /** Replaces the whole text; Undo brings the former back. */
  replace: (text: string) => void;
  /** Moves the cursor to a place, from 1, and the focus to the editor. */
  goTo: (line: number, column: number | null) => void;
}

interface EditorProps {
  /** At the start; later the editor has its own. */
  text: string;
  problems: readonly Problem[];
  onText: (text: string) => void;
  /** Ctrl+Enter, Cmd+Enter. */
  onRun: () => void;
  ref: Ref<EditorHandle>;
}

const runKey = /Mac|iP/.test(navigator.platform) ? "⌘" : "Ctrl";

/** An editor of Python with the problems of a script at their lines. */
export function Editor({ text, problems, onText, onRun, ref }: EditorProps) {
  const parent = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const hint = useId();
  const latest = useRef({ text, onText, onRun });
  useEffect(() => {
    latest.current = { text: latest.current.text, onText, onRun };
  });
  useEffect(() => {
    if (parent.current === null) return;
    const extensions = planExtensions({
      describedBy: hint,
      onText: (next) => latest.current.onText(next),
      onRun: () => latest.current.onRun(),
    });
    const editor = new EditorView({
      state: EditorState.create({ doc: latest.current.text, extensions }),
      parent: parent.current,
    });
    view.current = editor;
    return () => {
      view.current = null;
      editor.destroy();
    };
  }, [hint]);
  useEffect(() => {
    const editor = view.current;
    if (editor) editor.dispatch(setDiagnostics(editor.state, toDiagnostics(problems, editor.state.doc)));
  }, [problems]);
  useImperativeHandle(ref, () => ({
    replace(next) {
      const editor = view.current;
      editor?.dispatch({
        changes: { from: 0, to: editor.state.doc.length, insert: next },
        scrollIntoView: true,
      });
    },
    goTo(line, column) {
      const editor = view.current;
      if (!editor) return;
      const { from, to } = editor.state.doc.line(Math.min(line, editor.state.doc.lines));
      const anchor = Math.min(from + (column ?? 1) - 1, to);
      editor.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
      editor.focus();
    },
  }));
  return (
    <>
      <div ref={parent} className="editor" />
      <p id={hint} className="hint">
        <kbd>Tab</kbd> indents; <kbd>Esc</kbd>, then <kbd>Tab</kbd> leaves the editor. <kbd>{runKey}</kbd>{" "}
        <kbd>Enter</kbd> renders.
      </p>
    </>
  );
}
