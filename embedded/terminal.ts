/** The terminal. All text passes through here, so that redrawn progress bars are not broken. */
export interface Terminal {
  /** True if it can redraw lines. */
  readonly isInteractive: boolean;
  /** Prints one or more lines. */
  print(text: string): void;
  /** Redirects all text to `printer` until disposed. */
  divert(printer: (text: string) => void): Disposable;
}

export function createTerminal(stream: NodeJS.WriteStream): Terminal {
  // A closed terminal must not end the process before everything has stopped.
  stream.on("error", () => {});
  const direct = (text: string): void => void stream.write(`${text}\n`);
  let current = direct;
  return {
    isInteractive: stream.isTTY && process.env["TERM"] !== "dumb",
    print: (text) => current(text),
    divert(printer) {
      current = printer;
      return {
        [Symbol.dispose]() {
          current = direct;
        },
      };
    },
  };
}
