import { useQuery } from "@apollo/client/react";
import { Link } from "wouter";
import { QuestionTemplatesDocument } from "../api/index.ts";
import { routes } from "../routes.ts";
import { Dialog, Empty, Pending } from "../ui/index.ts";

/** Chooses the template that shows the questions of a set, or a batch that makes a video of each. */
export function MakeVideo({ id, topic, onClose }: { id: string; topic: string; onClose: () => void }) {
  const { data, error, refetch } = useQuery(QuestionTemplatesDocument);
  const templates = data?.templates.filter(({ showsQuestions }) => showsQuestions);
  return (
    <Dialog title="Make a video" onClose={onClose}>
      {!templates ? (
        <Pending what="the templates" error={error} rows={2} onRetry={refetch} />
      ) : templates.length === 0 ? (
        <Empty title="No template shows questions" />
      ) : (
        <ul className="stack-tight" aria-label="Templates">
          {templates.map(({ name, title, width, height }) => (
            <li key={name}>
              <Link href={routes.template(name, { set: id })} className="button" onClick={onClose}>
                {title}, {width} × {height}
              </Link>
            </li>
          ))}
        </ul>
      )}
      <p>
        <Link href={routes.batchOfSet(id, topic)} onClick={onClose}>
          A video for each question
        </Link>
        , as a batch.
      </p>
    </Dialog>
  );
}
