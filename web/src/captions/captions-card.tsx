import { useState } from "react";
import { type CaptionRowFragment, RemoveCaptionsDocument } from "../api/index.ts";
import { count } from "../format/index.ts";
import { useSession } from "../session/index.ts";
import { Confirm, PlusIcon, TrashIcon, useAction } from "../ui/index.ts";
import { CaptionsDialog } from "./captions-dialog.tsx";

interface CaptionsCardProps {
  videoId: string;
  tracks: readonly CaptionRowFragment[];
  onChanged: () => void;
}

/** The video's captions: a track per language and kind. */
export function CaptionsCard({ videoId, tracks, onChanged }: CaptionsCardProps) {
  const [isAdding, setIsAdding] = useState(false);
  const isAllowed = useSession().can("WRITE");
  return (
    <section className="card stack-tight" aria-labelledby="captions">
      <h2 id="captions">Captions</h2>
      {tracks.length === 0 ? (
        <p className="muted small">None yet. Add a WebVTT or SRT file, and players offer it.</p>
      ) : (
        <ul className="caption-tracks" aria-label="Caption tracks">
          {tracks.map((track) => (
            <Track key={track.id} track={track} isAllowed={isAllowed} onChanged={onChanged} />
          ))}
        </ul>
      )}
      {isAllowed && (
        <button type="button" className="button small" onClick={() => setIsAdding(true)}>
          <PlusIcon /> Add captions
        </button>
      )}
      {isAdding && (
        <CaptionsDialog videoId={videoId} onClose={() => setIsAdding(false)} onChanged={onChanged} />
      )}
    </section>
  );
}

interface TrackProps {
  track: CaptionRowFragment;
  isAllowed: boolean;
  onChanged: () => void;
}

function Track({ track, isAllowed, onChanged }: TrackProps) {
  const { id, label, language, kind, isDefault, url, cues } = track;
  const [isAsked, setIsAsked] = useState(false);
  const { act, isBusy } = useAction();
  const remove = async () => {
    if (await act(RemoveCaptionsDocument, { id }, `"${label}" is removed.`)) onChanged();
  };
  return (
    <li>
      <span>
        <a href={url} target="_blank" rel="noreferrer" lang={language}>
          {label}
        </a>{" "}
        <span className="muted small">
          {[
            language,
            kind === "CAPTIONS" && "for the hard of hearing",
            isDefault && "default",
            count(cues, "line"),
          ]
            .filter(Boolean)
            .join(", ")}
        </span>
      </span>
      {isAllowed && (
        <button
          type="button"
          className="button icon-only"
          aria-label={`Remove ${label}`}
          disabled={isBusy}
          onClick={() => setIsAsked(true)}
        >
          <TrashIcon />
        </button>
      )}
      {isAsked && (
        <Confirm
          title="Remove these captions?"
          action="Remove the captions"
          onConfirm={() => void remove()}
          onClose={() => setIsAsked(false)}
        >
          <p>
            Players will no longer offer <strong>{label}</strong>. Reelay keeps no copy of its text.
          </p>
        </Confirm>
      )}
    </li>
  );
}
