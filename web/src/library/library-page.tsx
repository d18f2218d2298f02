import { useCallback, useMemo, useState } from "react";
import { useLocation, useSearch } from "wouter";
import { count } from "../format/index.ts";
import { useVideosLive } from "../live/index.ts";
import { Command, Empty, More, Pending } from "../ui/index.ts";
import { AddButton } from "../uploads/index.ts";
import { type LibraryFilter, readFilter, writeFilter } from "./filter.ts";
import { LibraryFilters } from "./library-filters.tsx";
import { useLibrary } from "./use-library.ts";
import { VideoLine } from "./video-line.tsx";

/** Videos whose progress one subscription follows; the others change with the workspace's events. */
const FOLLOWED = 100;

export function LibraryPage() {
  const query = useSearch();
  const [, navigate] = useLocation();
  const filter = useMemo(() => readFilter(query), [query]);
  const { videos, totalCount, page, error, isLoading, fetchMore, refetch } = useLibrary(filter);
  useVideosLive((videos ?? []).slice(0, FOLLOWED));
  const [hasFiltered, setHasFiltered] = useState(false);
  const choose = useCallback(
    (next: LibraryFilter) => {
      setHasFiltered(true);
      navigate(`/${writeFilter(next)}`, { replace: true });
    },
    [navigate],
  );
  return (
    <>
      <title>Library · Reelay</title>
      <div className="page-head">
        <h1>Library</h1>
        {totalCount !== null && <span className="muted numbers">{count(totalCount, "video")}</span>}
      </div>
      <LibraryFilters filter={filter} onChange={choose} />
      {videos === null ? (
        <Pending what="the videos" error={error} rows={8} onRetry={refetch} />
      ) : videos.length === 0 ? (
        <Nothing filter={filter} isLoading={isLoading} onAll={() => choose({ status: "", search: "" })} />
      ) : (
        <ul className="videos" aria-label="Videos" aria-busy={isLoading && hasFiltered}>
          {videos.map((video, index) => (
            <VideoLine key={video.id} video={video} isFollowed={index < FOLLOWED} />
          ))}
        </ul>
      )}
      <More page={page} isLoading={isLoading} fetchMore={fetchMore} />
    </>
  );
}

interface NothingProps {
  filter: LibraryFilter;
  isLoading: boolean;
  onAll: () => void;
}

function Nothing({ filter, isLoading, onAll }: NothingProps) {
  if (isLoading) return <Pending what="the videos" error={null} rows={3} onRetry={onAll} />;
  if (filter.search !== "" || filter.status !== "") {
    return (
      <Empty title="No matching videos">
        <p>The search covers titles and external ids and ignores case.</p>
        <p>
          <button type="button" className="button" onClick={onAll}>
            Show all videos
          </button>
        </p>
      </Empty>
    );
  }
  return (
    <Empty title="No videos yet">
      <p>Drop a file anywhere on this page, or paste its URL.</p>
      <p>
        <AddButton />
      </p>
      <p>From a terminal, in the folder of Reelay:</p>
      <Command text="npm start -- video.mp4" />
    </Empty>
  );
}
