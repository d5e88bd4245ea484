// Dialogs. Their code is loaded when the first one opens.
import { lazy, Suspense, useState, type ReactNode } from "react";

const Shown = lazy(() => import("./aria-dialog.tsx"));

export interface DialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  /** Shown as a heading; with `label` instead, there is none. */
  readonly title?: string;
  readonly label?: string;
  readonly className?: string;
  readonly children: ReactNode;
}

export function Dialog(props: DialogProps) {
  // Once loaded it stays, so that it can close by itself.
  const [used, setUsed] = useState(props.open);
  if (props.open && !used) setUsed(true);
  return used ? (
    <Suspense>
      <Shown {...props} />
    </Suspense>
  ) : null;
}
