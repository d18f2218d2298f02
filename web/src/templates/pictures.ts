// Stills of the built-in templates' examples, drawn by their painter (mode STILL). A version never changes.
const files = import.meta.glob<string>("./pictures/*.webp", {
  query: "?url",
  import: "default",
  eager: true,
});

/** Address of a template's picture; null for templates of others. */
export const pictureOf = ({ name, version }: { name: string; version: number }): string | null =>
  files[`./pictures/${name}-${version}.webp`] ?? null;
