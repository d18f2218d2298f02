import { useRef } from "react";
import type { VideoHistoryQuery } from "../api/documents.ts";
import { useSession } from "../session/session.tsx";
import { UploadIcon } from "../ui/icons.tsx";
import { useTell } from "../ui/toasts.tsx";
import { useStore } from "../ui/use-store.ts";
import { isUnsent } from "../uploads/upload-list.ts";
import { useUploads } from "../uploads/uploads-context.tsx";

type Rest = NonNullable<VideoHistoryQuery["video"]>;

/**
 * Goes on with an upload that a closed page has left: what has arrived stays, the same file is chosen once
 * more.
 */
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
        <em>{source.filename}</em> again: it goes on where it was.
      </p>
      <button type="button" className="button" onClick={() => input.current?.click()}>
        <UploadIcon /> Go on with the upload
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
