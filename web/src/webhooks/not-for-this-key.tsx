import { Empty } from "../ui/notice.tsx";

export const NotForThisKey = () => (
  <Empty title="This key may not see the webhooks" isWholePage>
    <p>Webhooks are managed with a key that has the scope ADMIN. Sign in with one, or ask who has it.</p>
  </Empty>
);
