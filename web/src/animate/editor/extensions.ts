import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { lintGutter, nextDiagnostic, previousDiagnostic } from "@codemirror/lint";
import { EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { theme } from "./theme.ts";

interface EditorOptions {
  /** Id of the element that names the keys. */
  describedBy: string;
  onText: (text: string) => void;
  /** Ctrl+Enter, Cmd+Enter. */
  onRun: () => void;
}

/** The editor of a script: Python with line numbers, whose problems have a mark at their line. */
export const planExtensions = ({ describedBy, onText, onRun }: EditorOptions): Extension => [
  lineNumbers(),
  lintGutter(),
  highlightSpecialChars(),
  highlightActiveLine(),
  highlightActiveLineGutter(),
  history(),
  drawSelection(),
  indentOnInput(),
  bracketMatching(),
  python(),
  indentUnit.of("    "),
  EditorState.tabSize.of(4),
  theme,
  // Escape, then Tab leaves the editor: CodeMirror's own way.
  keymap.of([
    { key: "Mod-Enter", run: () => (onRun(), true) },
    { key: "F8", run: nextDiagnostic, shift: previousDiagnostic },
    indentWithTab,
    ...historyKeymap,
    ...defaultKeymap,
  ]),
  EditorView.contentAttributes.of({
    ...{ "aria-label": "Script", "aria-describedby": describedBy, tabindex: "0" },
    ...{ spellcheck: "false", autocapitalize: "off", autocorrect: "off" },
  }),
  EditorView.updateListener.of((update) => {
    if (update.docChanged) onText(update.state.doc.toString());
  }),
];
