import { formatAgo, formatMoment } from "../format/index.ts";
import { useNow } from "../live/index.ts";

/** How long ago; the moment itself on hovering. */
export function Ago({ at }: { at: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={formatMoment(at)}>
      {formatAgo(at, now)}
    </time>
  );
}
