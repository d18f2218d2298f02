import { useQuery } from "@apollo/client/react";
import { useCallback } from "react";
import { Link } from "wouter";
import { TemplatesDocument, type TemplatesQuery } from "../api/index.ts";
import { routes } from "../routes.ts";
import { Empty, Pending } from "../ui/index.ts";
import { describeShape } from "./describe-shape.ts";
import { OwnPicture } from "./own-picture.tsx";
import { OwnTemplates } from "./own-templates.tsx";
import { pictureOf } from "./pictures.ts";
import "./templates.css";

/** All templates, each a card that opens its form, and the workspace's own ones with their versions. */
export default function GalleryPage() {
  const { data, error, refetch } = useQuery(TemplatesDocument);
  const reload = useCallback(() => void refetch().catch(() => undefined), [refetch]);
  return (
    <>
      <title>Templates · Reelay</title>
      <div className="page-head">
        <h1>Create from a template</h1>
      </div>
      <p className="muted">
        A template turns data into a video. Choose one and fill in its form, or drop a CSV of questions on
        this page.
      </p>
      {!data ? (
        <Pending what="the templates" error={error} rows={3} onRetry={refetch} />
      ) : data.templates.length === 0 ? (
        <Empty title="No templates">
          <p>This server offers no templates.</p>
        </Empty>
      ) : (
        <ul className="gallery" aria-label="Templates">
          {data.templates.map((template) => (
            <Card key={template.name} template={template} />
          ))}
        </ul>
      )}
      <OwnTemplates onChange={reload} />
    </>
  );
}

function Card({ template }: { template: TemplatesQuery["templates"][number] }) {
  const { name, title, description, width, height, isBuiltIn } = template;
  const picture = pictureOf(template);
  return (
    <li className="card template">
      <div className="template-picture">
        {!isBuiltIn ? (
          <OwnPicture template={template} />
        ) : picture === null ? (
          <span style={{ aspectRatio: `${width} / ${height}` }} />
        ) : (
          <img src={picture} alt="" width={width} height={height} loading="lazy" />
        )}
      </div>
      <h2>
        <Link href={routes.template(name)}>{title}</Link>
      </h2>
      <p className="muted">{description}</p>
      <p className="muted small">
        {!isBuiltIn && "Yours · "}
        <code>{name}</code> · {describeShape(template)}
      </p>
    </li>
  );
}
