import type { ReactNode } from "react";

export const metadata = { title: "Videos" };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body style={{ maxWidth: "44rem", margin: "2rem auto", fontFamily: "system-ui" }}>{children}</body>
    </html>
  );
}
