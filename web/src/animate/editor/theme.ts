import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** The console's colours, which follow its theme. */
const look = EditorView.theme({
  "&": { height: "100%", color: "var(--text)", backgroundColor: "var(--surface)", fontSize: "13px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55" },
  ".cm-content": { padding: "8px 0", caretColor: "var(--text)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { color: "var(--muted)", backgroundColor: "var(--surface)", border: "0" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "30px", padding: "0 8px 0 4px" },
  ".cm-activeLine, .cm-activeLineGutter": {
    backgroundColor: "color-mix(in srgb, var(--sunken) 55%, transparent)",
  },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": {
    background: "color-mix(in srgb, var(--accent) 26%, transparent)",
  },
  "&.cm-focused .cm-matchingBracket": { color: "inherit", background: "var(--accent-soft)" },
  "&.cm-focused .cm-nonmatchingBracket": { color: "inherit", background: "var(--bad-soft)" },
  ".cm-tooltip": {
    maxWidth: "min(460px, 90vw)",
    border: "1px solid var(--line-strong)",
    borderRadius: "var(--radius-small)",
    backgroundColor: "var(--raised)",
    color: "var(--text)",
    overflow: "hidden",
  },
  ".cm-diagnostic": { padding: "6px 10px", whiteSpace: "pre-wrap", overflowWrap: "anywhere" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--fill-bad)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--fill-waiting)" },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--fill-bad)",
    textUnderlineOffset: "3px",
  },
  ".cm-lintRange-warning": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--fill-waiting)",
    textUnderlineOffset: "3px",
  },
  ".cm-lint-marker-error, .cm-lint-marker-warning": { content: "normal", borderRadius: "50%" },
  ".cm-lint-marker": { width: "8px", height: "8px", margin: "6px 3px 0" },
  ".cm-lint-marker-error": { backgroundColor: "var(--fill-bad)" },
  ".cm-lint-marker-warning": { backgroundColor: "var(--fill-waiting)" },
});

const colors = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "var(--accent)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--good)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--waiting)" },
  { tag: tags.comment, color: "var(--muted)", fontStyle: "italic" },
  { tag: [tags.definition(tags.className), tags.definition(tags.variableName)], fontWeight: "600" },
  { tag: tags.function(tags.definition(tags.variableName)), fontWeight: "600" },
  { tag: [tags.meta, tags.self], color: "var(--muted)" },
]);

export const theme = [look, syntaxHighlighting(colors)];
