/** The ffmpeg command of a render. */
export { planRender } from "./plan-render.ts";
export { withThreads } from "./with-threads.ts";
