interface ListedFile {
  /** Name within the list's folder: letters, digits, dots and dashes. */
  file: string;
  /** Start in microseconds. */
  startUs: number;
}

/**
 * A list for ffmpeg's `concat`: consecutive files with exact frame times. ffmpeg places each file at the end
 * of the previous ones, so each is declared to last until the start of the next, to the microsecond. Pure.
 */
export function planConcat(files: readonly ListedFile[]): string {
  const lines = files.flatMap(({ file, startUs }, index) => {
    const next = files[index + 1];
    const lasts = next && `duration ${((next.startUs - startUs) / 1e6).toFixed(6)}`;
    return [`file '${file}'`, ...(lasts === undefined ? [] : [lasts])];
  });
  return ["ffconcat version 1.0", ...lines, ""].join("\n");
}
