import { Empty } from "../ui/notice.tsx";

export const NotForThisKey = () => (
  <Empty title="This key has no access to webhooks" isWholePage>
    <p>Managing webhooks requires a key with the scope ADMIN. Sign in with one, or ask an administrator.</p>
  </Empty>
);
