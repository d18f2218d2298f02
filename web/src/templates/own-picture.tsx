import { useApolloClient } from "@apollo/client/react";
import { useEffect, useRef, useState } from "react";
import type { TemplatesQuery } from "../api/index.ts";
import { requestCheck } from "../checks/index.ts";

/** Pixels of the shorter side. */
const STILL_SIDE = 360;

/** A picture of an own template's example, which a worker draws. The API keeps it for an hour. */
export function OwnPicture({ template }: { template: TemplatesQuery["templates"][number] }) {
  const client = useApolloClient();
  const [url, setUrl] = useState<string | null>(null);
  const box = useRef<HTMLSpanElement>(null);
  const { name, version, example, width, height } = template;
  const latest = useRef(example);
  useEffect(() => {
    latest.current = example;
  });
  useEffect(() => {
    if (box.current === null) return;
    let isGone = false;
    // A long gallery draws only what is looked at.
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      const source = { template: name, version, data: latest.current, voice: { name: "NONE" } };
      const stills = { scenes: [0, 1], height: STILL_SIDE };
      requestCheck(client, { source: { template: source }, stills }, () => !isGone).then(
        // The first scene is often a title.
        (check) => setUrl(check?.stills.at(-1)?.url ?? null),
        // The frame stays empty.
        () => undefined,
      );
    });
    observer.observe(box.current);
    return () => {
      isGone = true;
      observer.disconnect();
    };
  }, [client, name, version]);
  return url === null ? (
    <span ref={box} style={{ aspectRatio: `${width} / ${height}` }} />
  ) : (
    <img src={url} alt="" width={width} height={height} />
  );
}
