/** Text as it went over the wire. Long lines scroll; a keyboard reaches that, too. */
export const Text = ({ label, text }: { label: string; text: string }) => (
  // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
  <pre className="log" role="group" tabIndex={0} aria-label={label}>
    {text.trimEnd()}
  </pre>
);
