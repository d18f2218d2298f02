import type { ReactNode } from "react";
import { RetryIcon } from "./icons.tsx";

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
