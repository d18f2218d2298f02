import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef, useState } from "react";
import type { VideoStatus } from "../api/index.ts";
import { planAnnouncement, type Told } from "./plan-announcement.ts";

type Announce = (text: string) => void;
const AnnounceContext = createContext<Announce>(() => {});

/** Holds the one live region of the page: what is announced is read aloud when the reader pauses. */
export function Announcer({ children }: { children: ReactNode }) {
  const [said, setSaid] = useState<{ id: number; text: string }[]>([]);
  const next = useRef(0);
  const announce = useCallback<Announce>((text) => {
    next.current += 1;
    const id = next.current;
    // Some back, so that what comes at the same time is not swallowed.
    setSaid((all) => [...all.slice(-4), { id, text }]);
  }, []);
  return (
    <AnnounceContext value={announce}>
      {children}
      <div className="visually-hidden" role="log" aria-live="polite" aria-label="Progress">
        {said.map(({ id, text }) => (
          <p key={id}>{text}</p>
        ))}
      </div>
    </AnnounceContext>
  );
}

export const useAnnounce = (): Announce => useContext(AnnounceContext);

/** Announces how a video that is shown gets on: states and quarters of the way. */
export function useAnnouncedVideo(
  video: { title: string; status: VideoStatus; progress: number } | null,
): void {
  const announce = useAnnounce();
  const told = useRef<Told | undefined>(undefined);
  useEffect(() => {
    if (video === null) return;
    const { title, status, progress } = video;
    const now: Told = { title, status, progress };
    const text = planAnnouncement(told.current, now);
    told.current = now;
    if (text !== null) announce(text);
  }, [video, announce]);
}
