/** The terminal: text goes through here, so that what redraws itself there (progress bars) is not torn. */
export interface Terminal {
  /** Whether it can redraw. */
  readonly isInteractive: boolean;
  /** Writes a line or several. */
  tell(text: string): void;
  /** Hands all text to `printer` until disposed. */
  divert(printer: (text: string) => void): Disposable;
}

export function createTerminal(stream: NodeJS.WriteStream): Terminal {
  // A terminal that was closed must not end us before everything is stopped.
  stream.on("error", () => {});
  const direct = (text: string): void => void stream.write(`${text}\n`);
  let print = direct;
  return {
    isInteractive: stream.isTTY && process.env["TERM"] !== "dumb",
    tell: (text) => print(text),
    divert(printer) {
      print = printer;
      return {
        [Symbol.dispose]() {
          print = direct;
        },
      };
    },
  };
}
