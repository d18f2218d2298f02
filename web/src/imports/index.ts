/** Tables that become question sets, and those of which people choose what they become. */

export { DroppedTables } from "./dropped-tables.tsx";
export { ImportTables } from "./import-tables.tsx";
