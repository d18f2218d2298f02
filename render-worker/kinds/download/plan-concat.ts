interface ListedFile {
  /** Its name, in the list's own folder: letters, digits, dots and dashes. */
  file: string;
  /** When it begins, in microseconds. */
  startUs: number;
}

/**
 * A list for ffmpeg's `concat`: files that follow on one another, each picture at its own time. ffmpeg moves each file to where those before it end; so each
 * is said to last until the next one begins, to the microsecond, and all are moved by the same. Pure.
 */
export function planConcat(files: readonly ListedFile[]): string {
  const lines = files.flatMap(({ file, startUs }, index) => {
    const next = files[index + 1];
    const lasts = next && `duration ${((next.startUs - startUs) / 1e6).toFixed(6)}`;
    return [`file '${file}'`, ...(lasts === undefined ? [] : [lasts])];
  });
  return ["ffconcat version 1.0", ...lines, ""].join("\n");
}
