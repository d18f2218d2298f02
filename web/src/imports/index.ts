/** Tables that become question sets. */

export { ImportTables } from "./import-tables.tsx";
export type { TableText } from "./table-file.ts";
