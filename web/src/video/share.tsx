import type { VideoHistoryQuery } from "../api/index.ts";
import { CopyButton, ExternalIcon } from "../ui/index.ts";
import { embedCode, playerCode, watchUrl } from "./embed-code.ts";

type More = NonNullable<VideoHistoryQuery["video"]>["playback"];

interface ShareProps {
  id: string;
  hlsUrl: string;
  more: More | null;
}

/** Where the video plays, to take elsewhere. */
export function Share({ id, hlsUrl, more }: ShareProps) {
  const token = /\/~([^/]*)\/videos\//.exec(hlsUrl)?.[1] ?? null;
  const page = watchUrl(location.origin, id, token);
  return (
    <section className="card stack-tight" aria-labelledby="share">
      <h2 id="share">Share</h2>
      <div className="tools">
        {token === null && (
          <>
            <CopyButton text={embedCode(location.origin, id)} label="Copy embed code" />
            <CopyButton text={playerCode(location.origin, id)} label="Copy player code" />
          </>
        )}
        <CopyButton text={hlsUrl} label="Copy HLS address" />
        {more?.dashUrl && <CopyButton text={more.dashUrl} label="Copy DASH address" />}
        <a className="button small" href={page} target="_blank" rel="noreferrer">
          <ExternalIcon /> Watch page
        </a>
      </div>
      {token !== null && (
        <p className="muted">This video is signed. These addresses expire within two hours.</p>
      )}
    </section>
  );
}
