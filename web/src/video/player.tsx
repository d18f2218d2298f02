import { useEffect, useRef, useState } from "react";

export interface PlayerProps {
  /** The HLS master playlist. */
  src: string;
  poster: string | null;
  title: string;
}

/** Plays a stream, also one that still grows. */
export function Player({ src, poster, title }: PlayerProps) {
  const video = useRef<HTMLVideoElement>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    const element = video.current;
    if (element === null) return;
    let stop = () => {};
    let isGone = false;
    // A library as large as all the rest of the console: loaded where something is played.
    void import("./attach-stream.ts").then(({ attachStream }) => {
      if (!isGone) stop = attachStream(element, src, setProblem);
    });
    return () => {
      isGone = true;
      stop();
    };
  }, [src]);
  return (
    <div className="player">
      {/* Captions come with the tracks of the video itself. */}
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption */}
      <video
        ref={video}
        controls
        playsInline
        preload="metadata"
        aria-label={title}
        poster={poster ?? undefined}
      />
      {problem !== null && (
        <p className="notice bad" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
