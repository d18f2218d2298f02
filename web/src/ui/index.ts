/** Elements that all pages share. */

export { Badge } from "./badge.tsx";
export { Bar } from "./bar.tsx";
export { Command, CopyButton } from "./copy.tsx";
export { Confirm, Dialog, SecretDialog } from "./dialog.tsx";
export { downloadText } from "./download-text.ts";
export { FailureText } from "./failure-text.tsx";
export { Check, FormDialog, Select, TextArea, TextField } from "./form.tsx";
export {
  AnimateIcon,
  BackIcon,
  BatchIcon,
  CheckIcon,
  CloseIcon,
  DownIcon,
  DownloadIcon,
  EditIcon,
  ExitIcon,
  ExternalIcon,
  FailedIcon,
  HelpIcon,
  KeyIcon,
  LaunchesIcon,
  LibraryIcon,
  Logo,
  MoonIcon,
  PauseIcon,
  PlayIcon,
  PlusIcon,
  QuestionIcon,
  QueueIcon,
  RetryIcon,
  SearchIcon,
  SendIcon,
  SunIcon,
  SystemIcon,
  TemplatesIcon,
  TrashIcon,
  UpIcon,
  UploadIcon,
  WebhookIcon,
} from "./icons.tsx";
export { Ago } from "./moment.tsx";
export { Empty, ErrorNotice, More, NeedsAdmin, Pending } from "./notice.tsx";
export { Spinner } from "./spinner.tsx";
export { Toasts, useTell } from "./toasts.tsx";
export { useAction } from "./use-action.ts";
export { useLater } from "./use-later.ts";
export { useRefetch, useSoon } from "./use-soon.ts";
export { useStore } from "./use-store.ts";
