import { Button, useConfig, useDocumentInfo, useField, useForm } from "@payloadcms/ui";
import { useEffect, useRef } from "react";
import { DropZone } from "./drop-zone.tsx";
import { useLive } from "./live-store.ts";
import { megabytes, percent, Styles } from "./look.tsx";
import { Player } from "./player.tsx";
import { Status } from "./status.tsx";
import { choose, type Sending, send, takeChosen, useChosen, useSending } from "./upload-store.ts";

/** Of one video: where its file is chosen and sent, how far it is, and how it plays. */
export function VideoField() {
  const { config } = useConfig();
  const { id: documentId, data } = useDocumentInfo();
  const { submit } = useForm();
  const title = useField<string>({ path: "title" });
  const isSaveWanted = useRef(false);
  const { api } = config.routes;
  const id = documentId === undefined || documentId === null ? null : String(documentId);
  const createdAt = typeof data?.["createdAt"] === "string" ? data["createdAt"] : undefined;
  const video = useLive(api, id);
  const sending = useSending(id);
  const chosen = useChosen();

  // The title has got its value: now the form is valid, as far as it is ours.
  useEffect(() => {
    if (!isSaveWanted.current || !title.value) return;
    isSaveWanted.current = false;
    void submit();
  }, [title.value, submit]);

  // The document of the chosen file is there.
  const isEmpty = video?.status === null && !sending;
  useEffect(() => {
    const file = id !== null && createdAt && isEmpty && chosen ? takeChosen(createdAt) : undefined;
    if (id !== null && file) void send(api, id, file);
  }, [api, id, createdAt, isEmpty, chosen]);

  function take(file: File) {
    if (id !== null) {
      void send(api, id, file);
      return;
    }
    choose(file);
    if (title.value) {
      void submit();
      return;
    }
    isSaveWanted.current = true;
    title.setValue(file.name.replace(/\.[^.]+$/, "") || file.name);
  }

  const canChoose =
    !sending &&
    (id === null || !video?.status || video.status === "AWAITING_SOURCE" || video.status === "FAILED");
  return (
    <div className="reelay-field">
      <Styles />
      {sending && <Upload sending={sending} />}
      {video?.hlsUrl && (video.status === "PLAYABLE" || video.status === "READY") && <Player video={video} />}
      {video?.status && <Status video={video} />}
      {id === null && chosen && <Chosen file={chosen} />}
      {canChoose && (id === null || video) && <DropZone awaited={awaitedFile(video)} onFile={take} />}
    </div>
  );
}

const awaitedFile = (video: { status: string | null; filename: string | null } | undefined) =>
  video?.status === "AWAITING_SOURCE" ? video.filename : null;

function Chosen({ file }: { file: File }) {
  return (
    <div className="reelay-row">
      <span>
        {file.name} ({megabytes(file.size)}) is sent as soon as this document is saved.
      </span>
      <Button buttonStyle="secondary" size="small" onClick={() => choose(undefined)}>
        Leave it out
      </Button>
    </div>
  );
}

function Upload({ sending: { file, progress, handle, error, cancel } }: { sending: Sending }) {
  if (error !== null) {
    return (
      <div className="reelay-row" role="alert">
        <span className="reelay-error">{error}</span>
        <Button buttonStyle="secondary" size="small" onClick={cancel}>
          Choose a file
        </Button>
      </div>
    );
  }
  const isPaused = progress?.state === "PAUSED";
  return (
    <div>
      <div className="reelay-row">
        <span>
          Sending {file.name}: {percent(progress?.fraction ?? 0)} of {megabytes(file.size)}
          {progress?.state === "WAITING" && ", waiting for the connection"}
        </span>
        <Button
          buttonStyle="secondary"
          size="small"
          disabled={!handle}
          onClick={() => (isPaused ? handle?.resume() : handle?.pause())}
        >
          {isPaused ? "Go on" : "Pause"}
        </Button>
        <Button buttonStyle="secondary" size="small" onClick={cancel}>
          Stop
        </Button>
      </div>
      <progress aria-label={`Upload of ${file.name}`} value={progress?.fraction ?? 0} />
    </div>
  );
}
