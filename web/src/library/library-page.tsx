import { useCallback, useMemo, useState } from "react";
import { useLocation, useSearch } from "wouter";
import { explain } from "../api/explain.ts";
import { count } from "../format/numbers.ts";
import { useVideosLive } from "../live/use-video-live.ts";
import { Command } from "../ui/copy.tsx";
import { Empty, ErrorNotice } from "../ui/notice.tsx";
import { Skeleton, Spinner } from "../ui/spinner.tsx";
import { useInView } from "../ui/use-in-view.ts";
import { AddButton } from "../uploads/add-dialog.tsx";
import { type LibraryFilter, readFilter, writeFilter } from "./filter.ts";
import { LibraryFilters } from "./library-filters.tsx";
import { useLibrary } from "./use-library.ts";
import { VideoLine } from "./video-line.tsx";

/**
 * Videos that one subscription follows while they move; the others change with the events of the workspace.
 */
const followed = 100;

export function LibraryPage() {
  const query = useSearch();
  const [, navigate] = useLocation();
  const filter = useMemo(() => readFilter(query), [query]);
  const { videos, totalCount, hasMore, error, isLoading, more, refetch } = useLibrary(filter);
  useVideosLive((videos ?? []).slice(0, followed));
  const end = useInView<HTMLDivElement>(more);
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
      {error && videos === null ? (
        <ErrorNotice title="The library could not be loaded" onRetry={() => void refetch()}>
          {explain(error)}
        </ErrorNotice>
      ) : videos === null ? (
        <Skeleton rows={8} label="Loading videos" />
      ) : videos.length === 0 ? (
        <Nothing filter={filter} isLoading={isLoading} onAll={() => choose({ status: "", search: "" })} />
      ) : (
        <ul className="videos" aria-label="Videos" aria-busy={isLoading && hasFiltered}>
          {videos.map((video, index) => (
            <VideoLine key={video.id} video={video} isFollowed={index < followed} />
          ))}
        </ul>
      )}
      <div ref={end}>{hasMore && <Spinner label="Loading more" />}</div>
    </>
  );
}

interface NothingProps {
  filter: LibraryFilter;
  isLoading: boolean;
  onAll: () => void;
}

function Nothing({ filter, isLoading, onAll }: NothingProps) {
  if (isLoading) return <Skeleton rows={3} label="Loading videos" />;
  if (filter.search !== "" || filter.status !== "") {
    return (
      <Empty title="No video fits">
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
