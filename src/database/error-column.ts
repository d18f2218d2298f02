import { RecordedError } from "@reelay/contracts";
import { Prisma } from "../../prisma/generated/client.ts";

/** An error for its row. Parsing drops the other fields of a report, such as ffmpeg's lines. */
export const errorColumn = (error: RecordedError | null) =>
  error === null ? Prisma.DbNull : RecordedError.parse(error);

/** A row's error; null while nothing failed. */
export const errorOf = (row: { error: Prisma.JsonValue }): RecordedError | null =>
  RecordedError.nullable().parse(row.error);
