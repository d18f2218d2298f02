/** The ffmpeg command of a render. */
export { type Backdrop, coverSize } from "./plan-backdrop.ts";
export { planRender } from "./plan-render.ts";
export { withThreads } from "./with-threads.ts";
