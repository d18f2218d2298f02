/** A table of quiz questions with faults at known places. */
import { encodeGlobalId } from "../../inputs/index.ts";

const columns = [
  ...[
    "id",
    "question",
    "option1",
    "option2",
    "option3",
    "option4",
    "answer",
    "title",
    "subtitle",
    "language",
  ],
  ...["theme", "timerSeconds", "speakOptions", "isNumbered", "outro", "explanation"],
  ...["video.externalId", "video.voice", "video.rate", "video.music", "video.background"],
] as const;
type Column = (typeof columns)[number];
type Row = Partial<Record<Column, string>>;

/** A fault of a row, as the check must report it. `column`: null for the row as a whole. */
export interface PlantedFault {
  line: number;
  column: string | null;
  code: string;
}

type Plant = { code: string; column: Column | null } & (
  | { row: Row }
  | { cells: (cells: string[]) => string[] }
);

const fault = (column: Column, code: string, value: string, more: Row = {}): Plant => ({
  ...{ code, column },
  row: { ...more, [column]: value },
});

/** Faults that the rows alone show. */
const inRows: readonly Plant[] = [
  { code: "ROW_TOO_SHORT", column: null, cells: (cells) => cells.slice(0, 5) },
  { code: "ROW_TOO_LONG", column: null, cells: (cells) => [...cells, "beyond"] },
  fault("explanation", "CELL_TOO_LONG", "x".repeat(10_001)),
  fault("question", "VALUE_MISSING", ""),
  fault("question", "VALUE_TOO_LONG", "w".repeat(301)),
  fault("option1", "VALUE_TOO_SHORT", ""),
  fault("option3", "VALUE_TOO_SHORT", ""),
  fault("option2", "VALUES_TOO_FEW", "", { option3: "", option4: "" }),
  fault("option1", "VALUE_MISSING", "", { option2: "", option3: "", option4: "" }),
  fault("option4", "VALUE_TOO_LONG", "o".repeat(121)),
  fault("option4", "OPTION_DUPLICATE", "THE first!"),
  fault("answer", "VALUE_MISSING", ""),
  fault("answer", "ANSWER_UNKNOWN", "E"),
  fault("answer", "ANSWER_UNKNOWN", "fifth"),
  fault("answer", "ANSWER_UNKNOWN", "9"),
  fault("answer", "ANSWER_AMBIGUOUS", "B", { option1: "B" }),
  fault("title", "VALUE_TOO_LONG", "t".repeat(81)),
  fault("subtitle", "VALUE_TOO_LONG", "s".repeat(121)),
  fault("language", "VALUE_INVALID", "english!"),
  fault("theme", "VALUE_NOT_ALLOWED", "pink"),
  fault("theme", "VALUE_NOT_ALLOWED", "=cmd|' /C calc'!A0"),
  fault("timerSeconds", "VALUE_OUT_OF_RANGE", "0"),
  fault("timerSeconds", "VALUE_OUT_OF_RANGE", "61"),
  fault("timerSeconds", "VALUE_OUT_OF_RANGE", "-5"),
  fault("timerSeconds", "NUMBER_INVALID", "fast"),
  fault("timerSeconds", "NUMBER_INVALID", "2.5"),
  fault("timerSeconds", "NUMBER_INVALID", "1e400"),
  fault("speakOptions", "VALUE_INVALID", "maybe"),
  fault("isNumbered", "VALUE_INVALID", "2"),
  fault("outro", "VALUE_TOO_LONG", "o".repeat(121)),
  fault("explanation", "VALUE_TOO_LONG", "e".repeat(201)),
  fault("id", "KEY_MISSING", " "),
  fault("id", "KEY_REPEATED", "row-0"),
  fault("id", "KEY_TOO_LONG", "k".repeat(201)),
  fault("video.externalId", "EXTERNAL_ID_INVALID", "e".repeat(256)),
  fault("video.voice", "VOICE_INVALID", "a voice"),
  fault("video.rate", "RATE_INVALID", "9"),
  fault("video.rate", "NUMBER_INVALID", "slow"),
  fault("question", "TEXT_FORBIDDEN_CHARACTER", "Which bell\u0007 rings?"),
  fault("option2", "TEXT_FORBIDDEN_CHARACTER", "sec\u202eond"),
  fault("outro", "TEXT_FORBIDDEN_CHARACTER", "Cr\ufffdme"),
];

/** Faults that only the database shows, if it has the external id `taken` and no materials. */
const inDatabase: readonly Plant[] = [
  fault("video.externalId", "EXTERNAL_ID_REPEATED", "external-0"),
  fault("video.externalId", "EXTERNAL_ID_TAKEN", "taken"),
  fault("video.music", "MATERIAL_NOT_FOUND", "hymn.mp3"),
  fault("video.background", "MATERIAL_NOT_FOUND", "sea.mp4"),
  fault("video.background", "BACKGROUND_URL_REFUSED", "http://10.0.0.1/sea.mp4"),
  fault("video.background", "BACKGROUND_URL_REFUSED", "https://user:secret@example.com/sea.mp4"),
  fault(
    "video.background",
    "VIDEO_NOT_FOUND",
    encodeGlobalId("Video", "00000000-0000-4000-8000-000000000000"),
  ),
  fault("video.voice", "VOICE_UNAVAILABLE", "unknown"),
];

/**
 * A CSV of `rows` lines, of which each fault and one duplicate have one; the others are right. Questions have
 * line breaks in places, so lines are not numbers of rows.
 */
export function plantFaults({ rows, delimiter }: { rows: number; delimiter: string }): {
  csv: string;
  inRows: PlantedFault[];
  inDatabase: PlantedFault[];
  /** Line of the row that equals another, and the other's. */
  duplicate: { line: number; of: number };
} {
  const plants = [...inRows, ...inDatabase];
  const every = Math.floor((rows - 2) / (plants.length + 1));
  const found = { inRows: [] as PlantedFault[], inDatabase: [] as PlantedFault[] };
  const lines = [columns.join(delimiter)];
  let line = 2;
  const lineOf: number[] = [];
  for (let at = 0; at < rows; at += 1) {
    const plant = at > 1 && (at - 2) % every === 0 ? plants[(at - 2) / every] : undefined;
    const isLast = at === rows - 1;
    const right = rightRow(isLast ? 1 : at);
    if (isLast) right.id = "another key";
    const row: Row = plant !== undefined && "row" in plant ? { ...right, ...plant.row } : right;
    const cells = columns.map((column) => row[column] ?? "");
    const written = (plant !== undefined && "cells" in plant ? plant.cells(cells) : cells).map(quote);
    const text = written.join(delimiter);
    lineOf.push(line);
    if (plant !== undefined) {
      const place = { line, column: plant.column, code: plant.code };
      (inRows.includes(plant) ? found.inRows : found.inDatabase).push(place);
    }
    lines.push(text);
    line += text.split("\n").length;
  }
  return {
    csv: `\u{feff}${lines.join("\n")}\n`,
    ...found,
    duplicate: { line: lineOf.at(-1) ?? 0, of: lineOf[1] ?? 0 },
  };
}

const quote = (cell: string): string => (/[",;\t\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

function rightRow(at: number): Row {
  const isFirst = at === 0;
  return {
    ...{
      id: `row-${at}`,
      question: at % 3 === 0 ? `Which of these, in line "${at}",\nis right?` : `Which is right, ${at}?`,
    },
    ...{ option1: "The first", option2: "The second", option3: "The third", option4: "The fourth" },
    ...{ answer: "ABCD".charAt(at % 4), title: "Quiz", theme: "ocean", timerSeconds: "5" },
    ...{ speakOptions: at % 2 === 0 ? "yes" : "FALSE", isNumbered: "", language: "en" },
    ...(isFirst && { "video.externalId": "external-0" }),
  };
}
