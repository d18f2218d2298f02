/** For content management systems that speak plain HTTP: a video as a form, and its state as JSON. */
export { createFormUpload } from "./form-upload.ts";
export { toRefusal } from "./refuse.ts";
export { createVideoStatus, statusUrl } from "./video-status.ts";
