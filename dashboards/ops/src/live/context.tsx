// The page's stream for components: its state, the newest snapshot, the server's clock, and how often to ask for what is not in it.
import { createContext, use, useEffect, useState, useSyncExternalStore, type ReactNode } from "react";
import type { Snapshot } from "../api/generated/ops.schemas.ts";
import { LiveStream, type LiveState, type Phase } from "./stream.ts";

const LiveContext = createContext<LiveStream | null>(null);

/** Same origin as the page. */
function streamUrl(): string {
  const { protocol, host } = window.location;
  return `${protocol === "https:" ? "wss" : "ws"}://${host}/v1/api/admin/queues/stream`;
}

/** Opens the stream while it is mounted. */
export function LiveProvider({ onEnded, children }: { readonly onEnded: () => void; readonly children: ReactNode }) {
  const [stream] = useState(() => new LiveStream(streamUrl()));
  useEffect(() => {
    const follow = () => {
      stream.setHidden(document.visibilityState === "hidden");
    };
    const online = () => {
      stream.reconnect();
    };
    follow();
    stream.start();
    document.addEventListener("visibilitychange", follow);
    window.addEventListener("online", online);
    const forget = stream.subscribe(() => {
      if (stream.state().phase === "ended") onEnded();
    });
    return () => {
      forget();
      document.removeEventListener("visibilitychange", follow);
      window.removeEventListener("online", online);
      stream.stop();
    };
  }, [stream, onEnded]);
  return <LiveContext value={stream}>{children}</LiveContext>;
}

export function useStream(): LiveStream {
  const stream = use(LiveContext);
  if (!stream) throw new Error("useStream needs a LiveProvider");
  return stream;
}

/** State of the stream. */
export function useLive(): LiveState {
  const stream = useStream();
  return useSyncExternalStore(stream.subscribe, stream.state);
}

export function usePhase(): Phase {
  const stream = useStream();
  return useSyncExternalStore(stream.subscribe, () => stream.state().phase);
}

/** One value of the newest snapshot; draws again only when it is another. Use values that compare by identity or equality. */
export function useSnapshot<T>(select: (snapshot: Snapshot) => T): T | undefined {
  const stream = useStream();
  return useSyncExternalStore(stream.subscribe, () => {
    const { snapshot } = stream.state();
    return snapshot && select(snapshot);
  });
}

/** Whether data on the page may be old: actions wait until it is not. */
export const useIsOffline = (): boolean => usePhase() === "offline";

/** The server's time, once a second while live; it stands while the page is paused, hidden or offline. */
export function useNow(): Date {
  const stream = useStream();
  const phase = usePhase();
  const [now, setNow] = useState(() => new Date(stream.serverNow()));
  useEffect(() => {
    if (phase !== "live" && phase !== "connecting") return;
    const tick = () => {
      setNow(new Date(stream.serverNow()));
    };
    tick();
    const timer = setInterval(tick, 1_000);
    return () => {
      clearInterval(timer);
    };
  }, [stream, phase]);
  return now;
}

/** How often to ask again while live: for `refetchInterval`. */
export function useEvery(ms: number): number | false {
  const phase = usePhase();
  return phase === "live" || phase === "connecting" ? ms : false;
}
