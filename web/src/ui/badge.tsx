import type { Word } from "../format/index.ts";

/** A state: its word, and a dot whose colour repeats it. */
export const Badge = ({ word, title }: { word: Word; title?: string | undefined }) => (
  <span className={`badge ${word.tone}`} title={title}>
    {word.text}
  </span>
);
