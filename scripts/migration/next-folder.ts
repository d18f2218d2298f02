/** The folder of the next migration: `0007_add_captions`. */
export function nextFolder(migrations: readonly { name: string }[], name: string): string {
  const last = Math.max(0, ...migrations.map((migration) => Number.parseInt(migration.name, 10)));
  return `${String(last + 1).padStart(4, "0")}_${name.replaceAll("-", "_")}`;
}
