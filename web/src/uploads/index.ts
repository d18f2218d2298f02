/** The list of uploads and what adds to it. */

export { AddButton, AddWindow } from "./add-dialog.tsx";
export { DropAnywhere } from "./drop-anywhere.tsx";
export type { PathFile } from "./read-dropped.ts";
export { isUnsent } from "./upload-list.ts";
export { createVideo } from "./upload-port.ts";
export { UploadTray } from "./upload-tray.tsx";
export { UploadsProvider, useUploads } from "./uploads-context.tsx";
