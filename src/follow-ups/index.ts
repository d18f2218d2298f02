/** What can be made of a video besides its variants, when somebody asks for it: a poster at a chosen time, an animated preview, a download. */
export { requestDownload } from "./request-download.ts";
export { requestPreview } from "./request-preview.ts";
export { setPoster } from "./set-poster.ts";
