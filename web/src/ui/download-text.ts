/** A busy browser reads the text some time after the click. */
const KEPT_MS = 60_000;

/** Has the browser save a CSV. */
export function downloadText(name: string, csv: string): void {
  const url = URL.createObjectURL(new Blob([csv], { type: "text/csv" }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}
