import type { ReactNode } from "react";
import { explain } from "../api/index.ts";
import { RetryIcon } from "./icons.tsx";
import { Skeleton, Spinner } from "./spinner.tsx";
import { useInView } from "./use-in-view.ts";

interface ErrorNoticeProps {
  title: string;
  children: ReactNode;
  onRetry?: () => void;
}

/** What went wrong and what to do about it. */
export const ErrorNotice = ({ title, children, onRetry }: ErrorNoticeProps) => (
  <div className="notice bad" role="alert">
    <strong>{title}</strong>
    <p>{children}</p>
    {onRetry && (
      <button type="button" className="button" onClick={onRetry}>
        <RetryIcon /> Try again
      </button>
    )}
  </div>
);

interface EmptyProps {
  title: string;
  children?: ReactNode;
  /** Whether it is all that the page has to say. */
  isWholePage?: boolean;
}

/** A place where nothing is yet: what would be here, and how it comes to be. */
export const Empty = ({ title, children, isWholePage = false }: EmptyProps) => (
  <div className="empty stack">
    {isWholePage ? <h1>{title}</h1> : <h2>{title}</h2>}
    {children}
  </div>
);

interface PendingProps {
  /** What is awaited, e.g. "the queue". */
  what: string;
  error: unknown;
  rows: number;
  onRetry: () => unknown;
}

/** Stands in for data that is loading, or that could not be loaded. */
export const Pending = ({ what, error, rows, onRetry }: PendingProps) =>
  error ? (
    <ErrorNotice title={`Could not load ${what}`} onRetry={() => void onRetry()}>
      {explain(error)}
    </ErrorNotice>
  ) : (
    <Skeleton rows={rows} label={`Loading ${what}`} />
  );

interface MoreProps {
  page: { hasNextPage: boolean; endCursor: string | null } | undefined;
  isLoading: boolean;
  fetchMore: (options: { variables: { after: string | null } }) => Promise<unknown>;
}

/** The end of a list: loads the next page as soon as it comes into view. */
export function More({ page, isLoading, fetchMore }: MoreProps) {
  const end = useInView<HTMLDivElement>(() => {
    if (page?.hasNextPage && !isLoading)
      void fetchMore({ variables: { after: page.endCursor } }).catch(() => undefined);
  });
  return <div ref={end}>{page?.hasNextPage && <Spinner label="Loading more" />}</div>;
}

/** Takes the place of a page that the key may not open. */
export const NeedsAdmin = ({ what }: { what: string }) => (
  <Empty title={`This key has no access to ${what}`} isWholePage>
    <p>Managing {what} requires a key with the scope ADMIN. Sign in with one, or ask an administrator.</p>
  </Empty>
);
