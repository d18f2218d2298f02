/** Files and texts that are rows of data rather than media. */

const TABLE_NAME = /\.(?:csv|tsv|json|xlsx?)$/i;
const TABLE_TYPE = /^(?:text\/(?:csv|tab-separated-values)|application\/json)\b/;

/** Whether a file is a table. Pure. */
export const isTable = ({ name, type }: Pick<File, "name" | "type">): boolean =>
  TABLE_NAME.test(name) || TABLE_TYPE.test(type);

/** Whether a pasted text is rows with the same delimiter in the first two. Pure. */
export function isTableText(text: string): boolean {
  const [header = "", row = ""] = text.trim().split(/\r?\n/);
  return ["\t", ",", ";", "|"].some((one) => header.split(one).length > 2 && row.split(one).length > 2);
}
