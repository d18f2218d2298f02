import { type EventuallyOptions, eventually } from "./eventually.ts";

/** The video once it is READY or FAILED. */
export const untilSettled = <Video extends { status: string }>(
  read: () => Promise<Video>,
  options: EventuallyOptions,
): Promise<Video> =>
  eventually(
    async () => {
      const video = await read();
      return ["READY", "FAILED"].includes(video.status) && video;
    },
    "the video is settled",
    options,
  );
