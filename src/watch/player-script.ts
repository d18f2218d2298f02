/**
 * What runs in the viewer's browser: asks for status.json until the video plays, plays it, and goes on telling how far it is until it
 * is settled. Kept as text so that a bundled API has it too.
 */
export const playerScript = String.raw`"use strict";
(() => {
  const main = document.querySelector("main");
  const video = document.querySelector("video");
  const words = document.querySelector("[role=status]");
  const { statusUrl } = main.dataset;
  const everyMs = 1000;
  let isPlaying = false;
  let problem = null;

  const say = (text) => {
    if (words.textContent !== text) words.textContent = text;
  };

  const describe = ({ status, progress, error }) => {
    const percent = Math.floor((progress ?? 0) * 100) + "%";
    if (status === "READY") return "";
    if (status === "FAILED") return "This video could not be made: " + (error ? error.message + " (" + error.code + ")" : "no reason was given.");
    if (status === "PLAYABLE") return "Playing while it is being rendered: " + percent;
    if (status === "AWAITING_SOURCE") return "Waiting for the upload to finish …";
    return "Being rendered: " + percent + ". It starts by itself as soon as it plays.";
  };

  async function look() {
    let isSettled = false;
    try {
      const response = await fetch(statusUrl, { cache: "no-store" });
      if (response.status === 404 || response.status === 403) {
        say("Nothing to play here yet: the video does not exist, or its upload has not finished.");
      } else if (!response.ok) {
        say("The video's state cannot be read (HTTP " + response.status + "); trying again …");
      } else {
        const state = await response.json();
        if (state.playbackUrl && !isPlaying) play(state.playbackUrl, state.posterUrl);
        say(problem ?? describe(state));
        main.dataset.status = state.status;
        isSettled = state.status === "READY" || state.status === "FAILED";
      }
    } catch {
      say("The server does not answer; trying again …");
    }
    if (!isSettled) setTimeout(look, everyMs);
  }

  function play(url, poster) {
    isPlaying = true;
    video.hidden = false;
    if (poster) video.poster = poster;
    if (window.Hls && Hls.isSupported()) playByScript(url);
    else if (video.canPlayType("application/vnd.apple.mpegurl")) video.src = url;
    else {
      problem = "This browser plays no adaptive streams; try a current one.";
      return;
    }
    // Browsers let a page begin with sound only after the viewer did something on it.
    video.play().catch((error) => {
      if (error.name !== "NotAllowedError") return;
      video.muted = true;
      video.play().catch(() => {});
    });
  }

  function playByScript(url) {
    // From the beginning, also while the playlist still grows, which players take for a live stream.
    const hls = new Hls({ startPosition: 0 });
    hls.on(Hls.Events.ERROR, (_event, data) => {
      if (!data.fatal) return;
      if (data.type === Hls.ErrorTypes.NETWORK_ERROR) {
        // hls.js has given up after its own retries.
        setTimeout(() => (hls.levels.length > 0 ? hls.startLoad() : hls.loadSource(url)), everyMs);
      } else if (data.type === Hls.ErrorTypes.MEDIA_ERROR) hls.recoverMediaError();
      else {
        problem = "The video cannot be played: " + data.details;
        say(problem);
        hls.destroy();
      }
    });
    hls.loadSource(url);
    hls.attachMedia(video);
  }

  look();
})();
`;
