import { useApolloClient, useQuery } from "@apollo/client/react";
import { type FormEvent, useId, useRef, useState } from "react";
import { ProfilesDocument } from "../api/documents.ts";
import { count } from "../format/numbers.ts";
import { useSession } from "../session/session.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { PlusIcon, UploadIcon } from "../ui/icons.tsx";
import { useTell } from "../ui/toasts.tsx";
import { readUrls, titleOf } from "./read-urls.ts";
import { createVideo } from "./upload-port.ts";
import { useUploads } from "./uploads-context.tsx";

/** Opens the window that adds videos. Absent for keys that may only look. */
export function AddButton() {
  const { openAdd } = useUploads();
  if (!useSession().can("WRITE")) return null;
  return (
    <button type="button" className="button primary add-button" onClick={() => openAdd()}>
      <PlusIcon /> <span>Add videos</span>
    </button>
  );
}

/** The window that adds videos, while it is open. */
export function AddWindow() {
  const { asked, closeAdd } = useUploads();
  return asked === null ? null : <AddDialog key={asked.url} url={asked.url} onClose={closeAdd} />;
}

/** Files from this device, or addresses that a worker fetches. */
function AddDialog({ url, onClose }: { url: string; onClose: () => void }) {
  const client = useApolloClient();
  const tell = useTell();
  const uploads = useUploads();
  const files = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(url);
  const [profile, setProfile] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const [urlsId, profileId, problemId] = [useId(), useId(), useId()];
  const { data } = useQuery(ProfilesDocument);

  const fetchAll = async (event: FormEvent) => {
    event.preventDefault();
    const urls = readUrls(text);
    if (urls.length === 0) return setProblem("Enter a URL that starts with http:// or https://.");
    setIsBusy(true);
    try {
      for (const one of urls) {
        const video = { title: titleOf(one), source: { url: { url: one } } };
        await createVideo(client, {
          ...video,
          ...(profile && { profile }),
          idempotencyKey: crypto.randomUUID(),
        });
      }
      tell(`Importing ${count(urls.length, "video")}…`, "good");
      onClose();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <Dialog title="Add videos" onClose={onClose}>
      <div className="drop-target stack-tight">
        <p>Drop files anywhere on the page, or</p>
        <button type="button" className="button primary" onClick={() => files.current?.click()}>
          <UploadIcon /> Choose files
        </button>
        <input
          ref={files}
          type="file"
          accept="video/*,audio/*,.mkv,.ts,.mxf"
          multiple
          hidden
          aria-label="Files to upload"
          onChange={({ currentTarget }) => {
            uploads.add([...(currentTarget.files ?? [])]);
            onClose();
          }}
        />
      </div>
      <form className="stack" onSubmit={(event) => void fetchAll(event)}>
        <label className="field" htmlFor={urlsId}>
          Or URLs, one per line
          <textarea
            id={urlsId}
            rows={3}
            value={text}
            placeholder="https://example.com/video.mp4"
            spellCheck={false}
            aria-invalid={problem !== null}
            aria-describedby={problem === null ? undefined : problemId}
            onChange={({ currentTarget }) => {
              setText(currentTarget.value);
              setProblem(null);
            }}
          />
        </label>
        {problem !== null && (
          <p className="notice bad" role="alert" id={problemId}>
            {problem}
          </p>
        )}
        <div className="field-row">
          <label className="field" htmlFor={profileId}>
            Profile
            <select
              id={profileId}
              value={profile}
              onChange={(event) => setProfile(event.currentTarget.value)}
            >
              <option value="">default</option>
              {data?.profiles
                .filter(({ isDefault }) => !isDefault)
                .map(({ name, rungs, isAudioOnly }) => (
                  <option key={name} value={name}>
                    {name} ({isAudioOnly ? "audio only" : rungs.map((rung) => rung.name).join(", ")})
                  </option>
                ))}
            </select>
          </label>
          <button type="submit" className="button" disabled={isBusy}>
            Import
          </button>
        </div>
      </form>
    </Dialog>
  );
}
