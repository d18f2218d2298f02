/** Announcements for screen readers. */

export { Announcer, useAnnounce, useAnnouncedVideo } from "./announcer.tsx";
