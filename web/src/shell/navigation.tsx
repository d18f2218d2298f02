import type { ReactNode } from "react";
import { Link, useRoute } from "wouter";
import type { ApiKeyScope } from "../api/index.ts";
import { routes } from "../routes.ts";
import { useSession } from "../session/index.ts";
import {
  AnimateIcon,
  BatchIcon,
  FailedIcon,
  KeyIcon,
  LaunchesIcon,
  LibraryIcon,
  QuestionIcon,
  QueueIcon,
  TemplatesIcon,
  WebhookIcon,
} from "../ui/index.ts";

interface Place {
  href: string;
  text: string;
  icon: ReactNode;
  /** The key after `g`. */
  shortcut: string;
  /** Hidden from keys without it. */
  scope?: ApiKeyScope;
}

/** Where one can go from anywhere, in this order. */
export const places: readonly Place[] = [
  { href: routes.library, text: "Library", icon: <LibraryIcon />, shortcut: "l" },
  { href: routes.templates, text: "Templates", icon: <TemplatesIcon />, shortcut: "t" },
  { href: routes.questions, text: "Questions", icon: <QuestionIcon />, shortcut: "s" },
  { href: routes.batches, text: "Batches", icon: <BatchIcon />, shortcut: "b" },
  { href: routes.animate(), text: "Animate", icon: <AnimateIcon />, shortcut: "a", scope: "WRITE" },
  { href: routes.queue, text: "Queue", icon: <QueueIcon />, shortcut: "q" },
  { href: routes.launches, text: "Launches", icon: <LaunchesIcon />, shortcut: "n", scope: "OPERATOR" },
  { href: routes.failed, text: "Failed", icon: <FailedIcon />, shortcut: "f" },
  { href: routes.webhooks, text: "Webhooks", icon: <WebhookIcon />, shortcut: "w", scope: "ADMIN" },
  { href: routes.keys, text: "API keys", icon: <KeyIcon />, shortcut: "k", scope: "ADMIN" },
];

export function Navigation() {
  const session = useSession();
  return (
    <nav className="navigation" aria-label="Console">
      {places
        .filter(({ scope }) => scope === undefined || session.can(scope))
        .map((place) => (
          <PlaceLink key={place.href} {...place} />
        ))}
    </nav>
  );
}

function PlaceLink({ href, text, icon }: Place) {
  const [isHere] = useRoute(href);
  const [isWithin] = useRoute(`${href === routes.library ? "/videos" : href}/:id`);
  const isCurrent = isHere || isWithin;
  return (
    <Link href={href} className="place" aria-current={isHere ? "page" : isCurrent ? "true" : undefined}>
      {icon}
      {text}
    </Link>
  );
}
