/** The player's shadow DOM: media-chrome's controls around a plain video element. */
const STYLE = `
:host { display: block; position: relative; background: #000; color: #fff; line-height: 1.4; font-family: system-ui, sans-serif; container-type: inline-size }
:host([hidden]) { display: none }
media-controller {
  display: block; width: 100%; height: 100%;
  --media-primary-color: #fff; --media-secondary-color: rgb(16 16 20 / .86); --media-font-size: 15px;
  --media-control-background: transparent; --media-control-hover-background: rgb(255 255 255 / .18);
  --media-menu-background: rgb(16 16 20 / .94); --media-preview-background: rgb(16 16 20 / .86);
  --media-preview-thumbnail-max-width: 200px;
}
video { display: block; width: 100%; height: 100%; object-fit: contain; max-height: 100vh }
.stills { position: absolute; inset: 0; pointer-events: none }
.stills canvas { width: 100%; height: 100%; object-fit: contain }
.badge {
  position: absolute; inset-block-start: 10px; inset-inline-start: 10px; z-index: 1; max-width: calc(100% - 20px); box-sizing: border-box;
  padding: 3px 10px; border-radius: 999px; background: rgb(16 16 20 / .82); font-size: 13px; pointer-events: none;
}
.badge.problem { border-radius: 6px; background: #7a1420 }
.badge:empty { display: none }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
.controls { width: 100%; padding-block-start: 28px; background: linear-gradient(transparent, rgb(0 0 0 / .8) 60%) }
media-control-bar { width: 100% }
media-time-range { width: 100%; height: 28px; --media-control-hover-background: transparent }
.space { flex: 1 }
/* Hide menus without choices. */
media-audio-track-menu-button[mediaaudiotrackunavailable], media-rendition-menu-button[mediarenditionunavailable], media-captions-menu-button:not([mediasubtitleslist]) { display: none }
/* Captions make room for the controls. */
video::-webkit-media-text-track-container { transition: transform .25s }
media-controller:not([userinactive]) video::-webkit-media-text-track-container, media-controller[mediapaused] video::-webkit-media-text-track-container { transform: translateY(-88px) }
@container (max-width: 480px) { .wide { display: none } }
`;

/**
 * Replaces "1x", which the button's accessible name does not contain: visible and accessible names must match
 * (WCAG 2.5.3).
 */
const GAUGE = `<svg slot="icon" aria-hidden="true" viewBox="0 0 24 24"><path fill="currentColor" d="M12 4a10 10 0 0 0-8.3 15.6 1 1 0 0 0 .8.4h15a1 1 0 0 0 .8-.4A10 10 0 0 0 12 4Zm7 14H5a8 8 0 0 1 11.7-10.5l-4.2 4.2a2 2 0 1 0 1.4 1.4l4.2-4.2A8 8 0 0 1 19 18Z"/></svg>`;

/** Two bars: a full-width seek bar of its own is easy to hit with a thumb. */
export const markup = `<style>${STYLE}</style>
<media-controller part="controller" keyboardforwardseekoffset="10" keyboardbackwardseekoffset="10">
  <video slot="media" part="video" playsinline crossorigin="anonymous" preload="auto"></video>
  <div slot="poster" class="stills"></div>
  <media-loading-indicator slot="centered-chrome" noautohide></media-loading-indicator>
  <media-rendition-menu hidden anchor="auto"></media-rendition-menu>
  <media-captions-menu hidden anchor="auto"></media-captions-menu>
  <media-audio-track-menu hidden anchor="auto"></media-audio-track-menu>
  <media-playback-rate-menu hidden anchor="auto" rates="0.5 0.75 1 1.25 1.5 2"></media-playback-rate-menu>
  <div class="controls">
  <media-control-bar>
    <media-time-range></media-time-range>
  </media-control-bar>
  <media-control-bar>
    <media-play-button></media-play-button>
    <media-mute-button></media-mute-button>
    <media-volume-range class="wide"></media-volume-range>
    <media-time-display showduration notoggle role="timer"></media-time-display>
    <span class="space"></span>
    <media-captions-menu-button></media-captions-menu-button>
    <media-audio-track-menu-button></media-audio-track-menu-button>
    <media-playback-rate-menu-button class="wide">${GAUGE}</media-playback-rate-menu-button>
    <media-rendition-menu-button></media-rendition-menu-button>
    <media-pip-button class="wide"></media-pip-button>
    <media-fullscreen-button></media-fullscreen-button>
  </media-control-bar>
  </div>
</media-controller>
<div class="badge" part="badge" aria-hidden="true"></div>
<div class="spoken" role="status" aria-live="polite"></div>`;
