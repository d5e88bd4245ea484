// Keeps a session alive while the person does something, and says when it is about to end.
import { useEffect, useRef, useState } from "react";
import type { Session } from "../api/generated/ops.schemas.ts";

/** Activity is reported at most this often. */
const REPORT_MS_MIN = 60_000;
/** The person is warned this long before the end. */
const WARN_SECONDS = 90;
const EVENTS = ["pointerdown", "keydown", "wheel"] as const;

/** Seconds until the session ends, while that is near. Calls `touch` when the person is active and the last report is old enough. */
export function useIdleness(session: Session, touch: () => void): number | undefined {
  const [left, setLeft] = useState<number>();
  const reported = useRef(0);
  // Each report answers with a new end, so the session's own times count from when it came.
  useEffect(() => {
    const arrived = Date.now();
    reported.current = arrived;
    const lasts = Math.min(
      session.idle_seconds * 1_000,
      Date.parse(session.ends_at) - Date.parse(session.idle_ends_at) + session.idle_seconds * 1_000,
    );
    const every = Math.min(REPORT_MS_MIN, (session.idle_seconds * 1_000) / 4);
    const active = () => {
      const now = Date.now();
      if (now - reported.current < every) return;
      reported.current = now;
      touch();
    };
    const tick = () => {
      const seconds = Math.ceil((arrived + lasts - Date.now()) / 1_000);
      setLeft(seconds <= WARN_SECONDS ? Math.max(0, seconds) : undefined);
    };
    tick();
    const timer = setInterval(tick, 1_000);
    for (const event of EVENTS) window.addEventListener(event, active, { passive: true });
    return () => {
      clearInterval(timer);
      for (const event of EVENTS) window.removeEventListener(event, active);
    };
  }, [session, touch]);
  return left;
}
