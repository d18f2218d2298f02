/** Tables that become question sets. */

export { ImportTables } from "./import-tables.tsx";
