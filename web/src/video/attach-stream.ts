// The types name the class by its default alone.
// oxlint-disable-next-line import/no-named-as-default
import Hls, { ErrorTypes, Events } from "hls.js";

/** After hls.js has given up after its own tries, in milliseconds. */
const retryMs = 1_000;

/** Plays the stream at `src` in the element; returns what ends that. `onProblem` is told what nothing can be done about. */
export function attachStream(
  element: HTMLVideoElement,
  src: string,
  onProblem: (problem: string) => void,
): () => void {
  // oxlint-disable-next-line import/no-named-as-default-member -- as above
  if (!Hls.isSupported()) {
    if (element.canPlayType("application/vnd.apple.mpegurl") !== "") element.src = src;
    else onProblem("This browser plays no adaptive streams; try a current one.");
    return () => element.removeAttribute("src");
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  // From the beginning, also while the playlist still grows, which players take for a live stream.
  const hls = new Hls({ startPosition: 0, backBufferLength: 30, maxMaxBufferLength: 120 });
  hls.on(Events.ERROR, (_event, { fatal, type, details }) => {
    if (!fatal) return;
    if (type === ErrorTypes.NETWORK_ERROR) {
      timer = setTimeout(() => (hls.levels.length > 0 ? hls.startLoad() : hls.loadSource(src)), retryMs);
    } else if (type === ErrorTypes.MEDIA_ERROR) {
      hls.recoverMediaError();
    } else {
      hls.destroy();
      onProblem(`The video cannot be played here (${details}). Its own page may tell more.`);
    }
  });
  hls.loadSource(src);
  hls.attachMedia(element);
  return () => {
    clearTimeout(timer);
    hls.destroy();
  };
}
