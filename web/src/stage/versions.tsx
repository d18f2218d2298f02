import { Link } from "wouter";

interface VersionsProps {
  /** Newest first. */
  ids: readonly string[];
  shown: string | null;
  addressOf: (id: string) => string;
}

/** The videos that were made of this draft. */
export const Versions = ({ ids, shown, addressOf }: VersionsProps) =>
  ids.length < 2 && shown === (ids[0] ?? null) ? null : (
    <nav className="versions" aria-label="Versions">
      <span className="muted">Versions</span>
      {ids.map((id, index) => (
        <Link
          key={id}
          href={addressOf(id)}
          className="button small"
          aria-current={id === shown ? "page" : undefined}
          aria-label={`Version ${ids.length - index}`}
        >
          {ids.length - index}
        </Link>
      ))}
    </nav>
  );
