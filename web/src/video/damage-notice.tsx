import { RepairVideoDocument, type VideoDamagesFragment } from "../api/documents.ts";
import { useSession } from "../session/session.tsx";
import { useAction } from "../ui/use-action.ts";

/** Says what of a finished video is damaged in the store, and what becomes of it. */
export function DamageNotice({ video, onChanged }: { video: VideoDamagesFragment; onChanged: () => void }) {
  const { id, damages } = video;
  const { act, isBusy } = useAction();
  const isAllowed = useSession().can("WRITE");
  if (damages.length === 0) return null;
  const canRepair = damages.some(({ repair }) => repair === "WAITING" || repair === "FAILED");
  const repair = async () => {
    if (await act(RepairVideoDocument, { id, key: crypto.randomUUID() }, "Repair started.")) onChanged();
  };
  return (
    <div className="notice bad" role="status">
      <strong>Stored files are damaged</strong>
      {damages.map(({ subject, message }) => (
        <p key={subject}>{message}</p>
      ))}
      {canRepair && isAllowed && (
        <button type="button" className="button small" disabled={isBusy} onClick={() => void repair()}>
          Repair
        </button>
      )}
    </div>
  );
}
