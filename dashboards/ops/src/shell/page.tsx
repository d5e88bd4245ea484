// What every page has: title, tools, the live switch, and the bands of conditions that concern all of it.
import { useEffect, useState, type ReactNode } from "react";
import { Link } from "react-router";
import { useSpeech } from "../i18n/context.tsx";
import { Text } from "../i18n/context.tsx";
import { useIsOffline, useLive, useNow, usePhase, useSnapshot, useStream } from "../live/context.tsx";
import { useSession } from "../session/context.tsx";
import { useAnnounce } from "../ui/announce.tsx";
import { Glyph, Icon } from "../ui/icons.tsx";
import { Keys, useShortcuts } from "./shortcuts.tsx";

/** What is in `main`; the element itself stays, so that it keeps the focus. `title` goes to the tab, too. */
export function Page({
  title,
  heading,
  sub,
  tools,
  crumbs,
  live = true,
  children,
}: {
  readonly title: string;
  readonly heading?: ReactNode;
  readonly sub?: ReactNode;
  readonly tools?: ReactNode;
  readonly crumbs?: ReactNode;
  readonly live?: boolean;
  readonly children: ReactNode;
}) {
  const isOffline = useIsOffline();
  useEffect(() => {
    document.title = `${title} · LoyalNest ops`;
  }, [title]);
  return (
    <>
      <header className="head">
        <div>
          {crumbs}
          <h1>{heading ?? title}</h1>
          {sub && <div className="sub">{sub}</div>}
        </div>
        <div className="tools">
          {tools}
          {live && <LiveSwitch />}
        </div>
      </header>
      <Bands />
      <div className={isOffline ? "stale" : undefined}>{children}</div>
    </>
  );
}

/** Where a page is. */
export function Crumbs({ items }: { readonly items: readonly { readonly to: string; readonly text: ReactNode }[] }) {
  const { t } = useSpeech();
  return (
    <nav className="crumbs" aria-label={t("shell.path")}>
      {items.map(({ to, text }, index) => (
        <span key={to} className="contents">
          {index > 0 && <Icon name="end" className="flip" />}
          <Link to={to}>{text}</Link>
        </span>
      ))}
    </nav>
  );
}

function LiveSwitch() {
  const { t, f } = useSpeech();
  const stream = useStream();
  const announce = useAnnounce();
  const { phase, pausedAt } = useLive();
  const paused = phase === "paused";
  const offline = phase === "offline";
  const toggle = () => {
    if (paused) stream.resume();
    else stream.pause();
    announce(paused ? t("live.resumed") : t("live.pausedSaid"), "live");
  };
  useShortcuts([{ keys: "l", text: "keys.live", run: toggle }]);
  const text = offline
    ? t("live.offline")
    : paused && pausedAt
      ? t("live.pausedAt", { time: f.clock(new Date(pausedAt)) })
      : t("live.live");
  return (
    <button
      className="btn live"
      type="button"
      aria-pressed={!paused}
      data-offline={offline || undefined}
      title={t("live.hint")}
      onClick={toggle}
    >
      <span className="live-dot" />
      <span>{text}</span>
    </button>
  );
}

function Bands() {
  return (
    <>
      <SessionBand />
      <OfflineBand />
      <PausedBand />
      <NoWorkersBand />
    </>
  );
}

function OfflineBand() {
  const { t, f } = useSpeech();
  const stream = useStream();
  const announce = useAnnounce();
  const { phase, snapshot, retryAt } = useLive();
  const [seconds, setSeconds] = useState(0);
  const offline = phase === "offline";
  useEffect(() => {
    if (!offline || retryAt === undefined) return;
    const tick = () => {
      setSeconds(Math.max(0, Math.ceil((retryAt - Date.now()) / 1_000)));
    };
    tick();
    const timer = setInterval(tick, 500);
    return () => {
      clearInterval(timer);
    };
  }, [offline, retryAt]);
  useEffect(() => {
    if (offline) announce(t("live.lost"), "connection");
  }, [offline, announce, t]);
  if (!offline) return null;
  return (
    <div className="band" data-tone="warning">
      <Icon name="offline" />
      <p>
        <b>{t("live.lost")}</b> {snapshot && t("live.dataFrom", { time: f.clock(new Date(snapshot.at)) })}{" "}
        {seconds > 0 ? t("live.nextAttempt", { time: f.durationText(seconds * 1_000) }) : t("live.trying")}
      </p>
      <button
        className="btn"
        type="button"
        onClick={() => {
          stream.reconnect();
        }}
      >
        {t("live.reconnect")}
      </button>
    </div>
  );
}

function PausedBand() {
  const { t, f } = useSpeech();
  const stream = useStream();
  const { phase, pausedAt } = useLive();
  if (phase !== "paused" || pausedAt === undefined) return null;
  return (
    <div className="band">
      <Icon name="pause" />
      <p>
        <Text k="live.pausedSince" values={{ time: f.clock(new Date(pausedAt)) }} />
      </p>
      <button
        className="btn"
        type="button"
        onClick={() => {
          stream.resume();
        }}
      >
        {t("common.resume")} <Keys keys="l" />
      </button>
    </div>
  );
}

function NoWorkersBand() {
  const { t, f } = useSpeech();
  const phase = usePhase();
  const now = useNow();
  const none = useSnapshot((snapshot) => snapshot.totals.workers === 0 && snapshot.queues.length > 0);
  const last = useSnapshot((snapshot) => snapshot.problems.find((problem) => problem.kind === "worker_lost"));
  if (!none || phase === "offline") return null;
  return (
    <div className="band" data-tone="critical">
      <Glyph name="critical" />
      <p>
        <b>{t("live.noWorker")}</b>{" "}
        {last?.worker && last.since && t("live.noWorkerLast", { worker: last.worker, time: f.durationText(+now - Date.parse(last.since)) })}{" "}
        {t("live.noWorkerEffect")}
      </p>
      <Link className="btn" to="/workers">
        {t("page.workers")}
      </Link>
    </div>
  );
}

function SessionBand() {
  const { t, f } = useSpeech();
  const { endsSoon, stay } = useSession();
  const announce = useAnnounce();
  const near = endsSoon !== undefined;
  useEffect(() => {
    if (near) announce(t("session.endsSoonSaid"), "session");
  }, [near, announce, t]);
  if (endsSoon === undefined) return null;
  return (
    <div className="band" data-tone="warning">
      <Icon name="lock" />
      <p>
        <Text k="session.endsSoon" values={{ time: f.durationText(endsSoon * 1_000) }} />
      </p>
      <button className="btn" type="button" onClick={stay}>
        {t("session.stay")}
      </button>
    </div>
  );
}
