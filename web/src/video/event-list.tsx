import { useQuery } from "@apollo/client/react";
import { useState } from "react";
import { VideoEventsDocument, type VideoEventsQuery } from "../api/index.ts";
import { formatClock, formatMoment } from "../format/index.ts";
import { useEvents } from "../live/index.ts";
import { describeEvent } from "./describe-event.ts";

type Entry = VideoEventsQuery["events"]["nodes"][number];

/** As many as are asked for, and kept. */
const LAST = 100;

/** What happened to a video, newest first, and what happens. */
export function EventList({ videoId }: { videoId: string }) {
  const { data } = useQuery(VideoEventsDocument, {
    variables: { id: videoId, last: LAST },
    fetchPolicy: "network-only",
  });
  const [since, setSince] = useState<readonly Entry[]>([]);
  useEvents((event) => {
    if (event.videoId === videoId) setSince((all) => [...all.slice(-LAST), event]);
  });
  const known = data?.events.nodes ?? [];
  const ids = new Set(known.map(({ id }) => id));
  const entries = [...known, ...since.filter(({ id }) => !ids.has(id))].slice(-LAST).toReversed();
  return (
    <section className="card" aria-labelledby="events">
      <h2 id="events">Events</h2>
      {entries.length === 0 ? (
        <p className="muted">No events yet.</p>
      ) : (
        // A keyboard must reach what scrolls.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <ol className="events" tabIndex={0} aria-label="Events, newest first">
          {entries.map(({ id, at, type, data: fields, variantName }) => (
            <li key={id}>
              <time dateTime={at} title={formatMoment(at)} className="muted numbers">
                {formatClock(at)}
              </time>
              <code>{type}</code>
              <span className="muted">{describeEvent(fields, variantName)}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
