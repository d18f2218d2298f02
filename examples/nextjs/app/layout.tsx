import type { ReactNode } from "react";

export const metadata = { title: "Videos" };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body style={{ maxWidth: "44rem", margin: "2rem auto", font: "1rem/1.5 system-ui, sans-serif" }}>
        {children}
      </body>
    </html>
  );
}
