import { useEffect, useState } from "react";
import { SearchIcon } from "../ui/index.ts";
import { type LibraryFilter, statusFilters } from "./filter.ts";

/** After the last key, in milliseconds. */
const PAUSE_MS = 250;

interface LibraryFiltersProps {
  filter: LibraryFilter;
  onChange: (filter: LibraryFilter) => void;
}

export function LibraryFilters({ filter, onChange }: LibraryFiltersProps) {
  const [text, setText] = useState(filter.search);
  const [seen, setSeen] = useState(filter.search);
  // The address changed by other means than this field.
  if (seen !== filter.search) {
    setSeen(filter.search);
    setText(filter.search);
  }
  useEffect(() => {
    if (text === filter.search) return;
    const timer = setTimeout(() => onChange({ ...filter, search: text }), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, filter, onChange]);
  return (
    <search className="filters">
      <div className="search">
        <SearchIcon />
        <input
          type="search"
          aria-label="Search by title or external id"
          placeholder="Search"
          value={text}
          spellCheck={false}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
        />
        <kbd aria-hidden="true">/</kbd>
      </div>
      <div className="segments" role="group" aria-label="State">
        {statusFilters.map(({ name, text: word }) => (
          <button
            key={name}
            type="button"
            aria-pressed={filter.status === name}
            onClick={() => onChange({ ...filter, search: text, status: name })}
          >
            {word}
          </button>
        ))}
      </div>
    </search>
  );
}
