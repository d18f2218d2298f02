import { useEffect, useRef } from "react";
import { useAnnounce } from "../announce/announcer.tsx";
import { useSession } from "../session/session.tsx";
import { useStore } from "../ui/use-store.ts";

/** Says while the live connection is away that what is shown stands still. */
export function AwayBanner() {
  const state = useStore(useSession().connection);
  const announce = useAnnounce();
  const wasAway = useRef(false);
  useEffect(() => {
    if (state === "AWAY") wasAway.current = true;
    else if (state === "ONLINE" && wasAway.current) {
      wasAway.current = false;
      announce("Connected again. Everything is up to date.");
    }
  }, [state, announce]);
  if (state !== "AWAY") return null;
  return (
    <div className="banner" role="alert">
      <span className="spinner-ring" aria-hidden="true" />
      <span>
        <strong>Connection lost.</strong> Showing the last known state. Reconnecting…
      </span>
    </div>
  );
}
