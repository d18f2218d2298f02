/** The editor of scripts: CodeMirror, which only the page that edits loads. */
export { Editor, type EditorHandle } from "./editor.tsx";
