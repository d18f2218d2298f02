/** Something is on its way. `label` says what. */
export const Spinner = ({ label }: { label: string }) => (
  <p className="spinner" role="status">
    <span className="spinner-ring" aria-hidden="true" />
    {label} …
  </p>
);

/** Rows of a list that is on its way, so that the page does not jump. */
export const Skeleton = ({ rows, label }: { rows: number; label: string }) => (
  <div className="skeleton" role="status" aria-label={`${label} …`}>
    {Array.from({ length: rows }, (_, index) => (
      <span key={index} className="skeleton-row" />
    ))}
  </div>
);
