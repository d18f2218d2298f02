import type { BatchHeadFragment } from "../api/index.ts";

/** What a new table changes, while it has not been started. */
export function Replacement({ batch: { replacement, status, counts } }: { batch: BatchHeadFragment }) {
  if (replacement === null || status !== "CHECKED") return null;
  const { unchanged, changed, added, missing, deleted } = replacement;
  const entries = [
    { name: "Unchanged", number: unchanged, hint: "stay as they are" },
    { name: "Changed", number: changed, hint: "have other data" },
    { name: "Added", number: added, hint: "are new" },
    { name: "Missing", number: missing, hint: "keep their videos" },
    ...(deleted > 0 ? [{ name: "Deleted", number: deleted, hint: "with their videos" }] : []),
  ];
  return (
    <section className="card stack" aria-label="What the new table changes">
      <dl className="replacement">
        {entries.map(({ name, number, hint }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{number}</dd>
            <dd className="muted small">{hint}</dd>
          </div>
        ))}
      </dl>
      <p className="muted">
        {counts.valid === 0
          ? "The new table changes no video."
          : "Nothing is made before you start. Videos with other data then get an edition at their address."}
      </p>
    </section>
  );
}
