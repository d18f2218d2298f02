"use client";
import type { VideosQuery } from "@reelay/client";
import { upload } from "@reelay/upload";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { createUpload } from "./actions";
import { Video } from "./video";

export function Library({ videos }: { videos: VideosQuery["videos"]["nodes"] }) {
  const router = useRouter();
  const [chosen, choose] = useState<string>();
  const [words, say] = useState("");

  async function send(file: File) {
    const { id, target, problem } = await createUpload(file.name, file.size);
    if (!id || !target) return say(problem ?? "");
    choose(id);
    router.refresh();
    const onProgress = ({ fraction }: { fraction: number }) => say(`${Math.floor(fraction * 100)} % sent`);
    await upload(file, { ...target, onProgress }).done.catch((error) => say(error.message));
  }

  return (
    <main>
      <h1>Videos</h1>
      <label>
        Upload{" "}
        <input
          type="file"
          accept="video/*"
          onChange={({ target }) => target.files?.[0] && send(target.files[0])}
        />
      </label>
      <p role="status">{words}</p>
      {chosen && <Video id={chosen} key={chosen} onSettled={router.refresh} />}
      <ul>
        {videos.map(({ id, title, status }) => (
          <li key={id}>
            <button onClick={() => choose(id)}>{title}</button> {status}
          </li>
        ))}
      </ul>
    </main>
  );
}
