import { useApolloClient, useQuery } from "@apollo/client/react";
import { type FormEvent, useRef, useState } from "react";
import { Link } from "wouter";
import { ProfilesDocument } from "../api/index.ts";
import { count } from "../format/index.ts";
import { routes } from "../routes.ts";
import { useSession } from "../session/index.ts";
import { Dialog, PlusIcon, Select, TextArea, UploadIcon, useTell } from "../ui/index.ts";
import { readUrls, titleOf } from "./read-urls.ts";
import { createVideo } from "./upload-port.ts";
import { useUploads } from "./uploads-context.tsx";

/** Opens the dialog that adds videos. Hidden from keys without WRITE. */
export function AddButton() {
  const { openAdd } = useUploads();
  if (!useSession().can("WRITE")) return null;
  return (
    <button type="button" className="button primary add-button" onClick={() => openAdd()}>
      <PlusIcon /> <span>Add videos</span>
    </button>
  );
}

/** The dialog that adds videos, while it is open. */
export function AddWindow() {
  const { asked, closeAdd } = useUploads();
  return asked === null ? null : <AddDialog key={asked.url} url={asked.url} onClose={closeAdd} />;
}

/** Adds files from this device, URLs that a worker downloads, or leads to the page for scripts. */
function AddDialog({ url, onClose }: { url: string; onClose: () => void }) {
  const client = useApolloClient();
  const tell = useTell();
  const uploads = useUploads();
  const files = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(url);
  const [profile, setProfile] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const { data } = useQuery(ProfilesDocument, { fetchPolicy: "cache-first" });
  const profiles = [
    { value: "", text: "default" },
    ...(data?.profiles ?? [])
      .filter(({ isDefault }) => !isDefault)
      .map(({ name, rungs, isAudioOnly }) => ({
        value: name,
        text: `${name} (${isAudioOnly ? "audio only" : rungs.map((rung) => rung.name).join(", ")})`,
      })),
  ];

  const fetchAll = async (event: FormEvent) => {
    event.preventDefault();
    const urls = readUrls(text);
    if (urls.length === 0) return setProblem("Enter a URL that starts with http:// or https://.");
    setIsBusy(true);
    try {
      for (const one of urls) {
        const video = { title: titleOf(one), source: { url: one }, ...(profile && { profile }) };
        await createVideo(client, { ...video, idempotencyKey: crypto.randomUUID() });
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
        <p>Drop videos, or a CSV of quiz questions, anywhere on the page, or</p>
        <button type="button" className="button primary" onClick={() => files.current?.click()}>
          <UploadIcon /> Choose files
        </button>
        <input
          ref={files}
          type="file"
          accept="video/*,audio/*,.mkv,.ts,.mxf,.csv,.tsv"
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
        <TextArea
          label="Or URLs, one per line"
          rows={3}
          value={text}
          placeholder="https://example.com/video.mp4"
          spellCheck={false}
          problem={problem}
          onText={(next) => {
            setText(next);
            setProblem(null);
          }}
        />
        <div className="field-row">
          <Select label="Profile" value={profile} options={profiles} onText={setProfile} />
          <button type="submit" className="button" disabled={isBusy}>
            Import
          </button>
        </div>
      </form>
      <p className="tools">
        <Link href={routes.templates} className="button" onClick={onClose}>
          Create from a template
        </Link>
        <Link href={routes.animate()} className="button" onClick={onClose}>
          Animate a Manim script
        </Link>
      </p>
    </Dialog>
  );
}
