/** A command, ready to paste into a shell. */
export const commandLine = (path: string, args: readonly string[]): string =>
  [path, ...args].map(quote).join(" ");

const quote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
