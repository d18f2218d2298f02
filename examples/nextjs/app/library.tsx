"use client";
import type { VideoStateFragment, VideosQuery } from "@reelay/client";
import { ReelayPlayer } from "@reelay/player/react";
import { upload } from "@reelay/upload";
import { useEffect, useState } from "react";
import { createUpload } from "./actions";

/** All videos, and above them the one that was chosen or is being uploaded. */
export function Library({ videos }: { videos: VideosQuery["videos"]["nodes"] }) {
  const [chosen, choose] = useState<string>();
  const [words, say] = useState("");

  async function send(file: File) {
    const { id, target, problem } = await createUpload(file.name, file.size);
    if (!id || !target) return say(problem ?? "");
    choose(id);
    const onProgress = ({ fraction }: { fraction: number }) => say(`${Math.floor(fraction * 100)} % sent`);
    await upload(file, { ...target, onProgress }).done.catch((error) => say(error.message));
  }

  return (
    <main>
      <h1>Videos</h1>
      <input type="file" accept="video/*" title="Upload" onChange={({ target }) => send(target.files![0]!)} />
      <p role="status">{words}</p>
      {chosen && <Video id={chosen} key={chosen} />}
      {videos.map(({ id, title }) => (
        <p key={id}>
          <button onClick={() => choose(id)}>{title}</button>
        </p>
      ))}
    </main>
  );
}

function Video({ id }: { id: string }) {
  const [video, setVideo] = useState<VideoStateFragment>();
  useEffect(() => {
    const states = new EventSource(`/videos/${id}/live`);
    states.onmessage = ({ data }) => setVideo(JSON.parse(data));
    states.addEventListener("end", () => states.close());
    return () => states.close();
  }, [id]);
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
