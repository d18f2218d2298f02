import type { WatchedVideo } from "./documents.ts";

/** Shows the progress of all files. */
export interface View extends Disposable {
  open(name: string): FileView;
}

/** Shows the progress of one file. */
export interface FileView {
  uploaded(sentBytes: number, totalBytes: number): void;
  changed(video: WatchedVideo): void;
  /** Prints the final summary: nothing changes afterwards. */
  ended(summary: string): void;
}
