"use client";
import type { VideoStateFragment } from "@reelay/client";
import { ReelayPlayer } from "@reelay/player/react";
import { useEffect, useState } from "react";

export function Video({ id, onSettled }: { id: string; onSettled: () => void }) {
  const [video, setVideo] = useState<VideoStateFragment>();
  useEffect(() => {
    const states = new EventSource(`/videos/${id}/live`);
    states.onmessage = ({ data }) => {
      const state: VideoStateFragment = JSON.parse(data);
      setVideo(state);
      if (state.status !== "READY" && state.status !== "FAILED") return;
      states.close();
      onSettled();
    };
    return () => states.close();
  }, [id, onSettled]);

  return (
    <section aria-label={video?.title}>
      {video?.playback && <ReelayPlayer src={video.playback.hlsUrl} />}
      <p>{video?.error?.message ?? video?.status}</p>
      {video?.variants.map(({ name, status, fraction }) => (
        <div key={name} hidden={status === "SKIPPED"}>
          <progress value={fraction} aria-label={name} /> {name} {status}
        </div>
      ))}
    </section>
  );
}
