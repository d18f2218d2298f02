import type { WatchedVideo } from "./documents.ts";

/** Where the progress of all files is shown. */
export interface View extends Disposable {
  open(name: string): FileView;
}

/** Where one file's progress is shown. */
export interface FileView {
  uploaded(sentBytes: number, totalBytes: number): void;
  changed(video: WatchedVideo): void;
  /** Its last words: nothing more changes. */
  ended(summary: string): void;
}
