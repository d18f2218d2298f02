import { useRef } from "react";
import type { VideoHistoryQuery } from "../api/index.ts";
import { useSession } from "../session/index.ts";
import { UploadIcon, useStore, useTell } from "../ui/index.ts";
import { isUnsent, useUploads } from "../uploads/index.ts";

type Rest = NonNullable<VideoHistoryQuery["video"]>;

/** Resumes an upload whose page was closed: the user chooses the same file again. */
export function ResumeUpload({ videoId, rest }: { videoId: string; rest: Rest }) {
  const uploads = useUploads();
  const items = useStore(uploads.items);
  const tell = useTell();
  const input = useRef<HTMLInputElement>(null);
  const isAllowed = useSession().can("WRITE");
  const isUnderWay = items.some((item) => item.videoId === videoId && isUnsent(item));
  const { upload, source } = rest;
  if (!upload || !source || isUnderWay || !isAllowed) return null;
  const choose = (file: File | undefined) => {
    if (file === undefined) return;
    if (file.size !== source.sizeBytes) {
      tell(
        `"${file.name}" has ${file.size} bytes, and this video awaits ${source.sizeBytes}: choose ${source.filename}.`,
        "bad",
      );
    } else uploads.add([file], { videoId, ...upload });
  };
  return (
    <div className="notice">
      <p>
        <strong>The file is not uploaded yet.</strong> If its upload was interrupted, choose{" "}
        <em>{source.filename}</em> again to resume it.
      </p>
      <button type="button" className="button" onClick={() => input.current?.click()}>
        <UploadIcon /> Resume the upload
      </button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label="The video's file"
        onChange={({ currentTarget }) => choose(currentTarget.files?.[0])}
      />
    </div>
  );
}
