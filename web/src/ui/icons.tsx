/**
 * Signs of 16 pixels, drawn with the text's colour. They say nothing by themselves: the text beside them
 * does.
 */
import type { ReactNode } from "react";

const sign = (content: ReactNode) => (
  <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
    {content}
  </svg>
);

export const Logo = () => (
  <svg className="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <rect width="32" height="32" rx="8" fill="var(--accent-strong)" />
    <path d="M11 9.2 23.5 16 11 22.8z" fill="#fff" />
    <path d="M7 9h2v14H7z" fill="#fff" opacity=".6" />
  </svg>
);
export const LibraryIcon = () => sign(<path d="M2 3h12v10H2zM2 6h12M5 3v3m6-3v3M7 8.2v3l2.6-1.5z" />);
export const AnimateIcon = () => sign(<path d="M5 4.5 1.8 8 5 11.5M11 4.5 14.2 8 11 11.5M9.2 3 6.8 13" />);
export const TemplatesIcon = () => sign(<path d="M2 3h12v10H2zM2 6.5h12M6 6.5V13M8.5 9.5h3" />);
export const BatchIcon = () => sign(<path d="M2 3h12v10H2zM2 6.3h12M2 9.7h12M6 3v10" />);
export const QuestionIcon = () =>
  sign(<path d="M2 2.5h12v9H7L4 14v-2.5H2zM6.3 5.6a1.8 1.8 0 1 1 2.5 1.7c-.5.2-.8.5-.8 1m0 1.3v.2" />);
export const DownloadIcon = () => sign(<path d="M8 2.5v8M4.5 7 8 10.5 11.5 7M2.5 11v2.5h11V11" />);
export const UpIcon = () => sign(<path d="M8 13V3M4 7l4-4 4 4" />);
export const DownIcon = () => sign(<path d="M8 3v10M4 9l4 4 4-4" />);
export const QueueIcon = () => sign(<path d="M2 4h12M2 8h8M2 12h5M12.5 9v5m-2.5-2.5h5" />);
export const LaunchesIcon = () =>
  sign(<path d="M2 3h12v4H2zM2 9h5M2 13h5M4 5h.1M6.5 5h.1M11.5 14V9m-2.3 2.2L11.5 9l2.3 2.2" />);
export const FailedIcon = () => sign(<path d="M8 2 14.5 13.5h-13zM8 6.5v3.5m0 1.6v.4" />);
export const KeyIcon = () =>
  sign(
    <path d="M6 10a3 3 0 1 1 2-4.9c.6.7.8 1.6.6 2.4L14 13v1.5h-2.5V13H10v-1.5L8 9.6A3 3 0 0 1 6 10zM5 6.5v.1" />,
  );
export const WebhookIcon = () =>
  sign(
    <path d="M5.7 7.6a3 3 0 1 1 4.9-2.3M4 13.5a2.6 2.6 0 1 1 2-4.3l2-3.8M12 13.5a2.6 2.6 0 1 0-2.2-4L8 5.4M6.5 11.2h5" />,
  );
export const SendIcon = () => sign(<path d="M14 2 7.5 8.5M14 2 9.8 14l-2.3-5.5L2 6.2z" />);
export const PlusIcon = () => sign(<path d="M8 3v10M3 8h10" />);
export const UploadIcon = () => sign(<path d="M8 11V3M4.5 6.5 8 3l3.5 3.5M2.5 11v2.5h11V11" />);
export const PauseIcon = () => sign(<path d="M5.5 3.5v9m5-9v9" />);
export const PlayIcon = () => sign(<path d="M5 3l8 5-8 5z" />);
export const CloseIcon = () => sign(<path d="M4 4l8 8m0-8-8 8" />);
export const RetryIcon = () => sign(<path d="M13 8a5 5 0 1 1-1.5-3.6M13 2v3h-3" />);
export const CheckIcon = () => sign(<path d="M3 8.5 6.5 12 13 4.5" />);
export const CopyIcon = () => sign(<path d="M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3" />);
export const EditIcon = () => sign(<path d="M3 13l.7-3L11 2.7l2.3 2.3L6 12.3zM9.5 4.2l2.3 2.3" />);
export const TrashIcon = () => sign(<path d="M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.5 9h6l.5-9M7 7v4m2-4v4" />);
export const SearchIcon = () =>
  sign(<path d="M7 11.5a4.5 4.5 0 1 1 0-9 4.5 4.5 0 0 1 0 9zM10.3 10.3 14 14" />);
export const SunIcon = () =>
  sign(
    <path d="M8 11a3 3 0 1 1 0-6 3 3 0 0 1 0 6zM8 1v1.5m0 11V15M1 8h1.5m11 0H15M3 3l1 1m8 8 1 1M3 13l1-1m8-8 1-1" />,
  );
export const MoonIcon = () => sign(<path d="M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7z" />);
export const SystemIcon = () => sign(<path d="M2 3h12v8H2zM6 14h4M8 11v3" />);
export const ExternalIcon = () => sign(<path d="M9 3h4v4M13 3 7 9M7 4H3v9h9V9" />);
export const HelpIcon = () =>
  sign(
    <path d="M8 14.5a6.5 6.5 0 1 1 0-13 6.5 6.5 0 0 1 0 13zM6 6.2a2 2 0 1 1 2.8 1.9c-.6.3-.8.6-.8 1.3m0 1.9v.3" />,
  );
export const ExitIcon = () => sign(<path d="M6.5 2.5h-4v11h4M10 4.5 13.5 8 10 11.5M13.5 8H6" />);
export const BackIcon = () => sign(<path d="M9.5 3 4.5 8l5 5" />);
