// The frame around all pages: navigation, top bar on narrow screens, palette, list of shortcuts, settings.
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { NavLink, Outlet, useLocation, useNavigate } from "react-router";
import type { Snapshot } from "../api/generated/ops.schemas.ts";
import { useSpeech } from "../i18n/context.tsx";
import { useSnapshot } from "../live/context.tsx";
import { usePreference } from "../prefs/prefs.ts";
import { useSession } from "../session/context.tsx";
import { Segmented } from "../ui/button.tsx";
import { Icon } from "../ui/icons.tsx";
import { focusPage } from "./focus-page.ts";
import { PAGES, type PageEntry } from "./navigation.ts";
import { ProblemWatch } from "./problem-watch.tsx";
import { Settings } from "./settings.tsx";
import { ShortcutDialog } from "./shortcut-dialog.tsx";
import { Keys, useShortcuts } from "./shortcuts.tsx";

const Palette = lazy(() => import("./palette.tsx"));

function Brand() {
  return (
    <NavLink className="brand" to="/" aria-label="LoyalNest ops">
      <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" aria-hidden="true">
        <path d="M2 8a8 8 0 0 0 16 0M5.5 8a4.5 4.5 0 0 0 9 0M10 7.5v1" />
      </svg>
      LoyalNest <span>ops</span>
    </NavLink>
  );
}

/** A number beside a page: only where it says that something needs a person, or how many there are. */
function useBadge(page: PageEntry): { text: string; tone: "" | "bad" | "warn" } | undefined {
  const { t, f } = useSpeech();
  const totals = useSnapshot((snapshot: Snapshot) => snapshot.totals);
  const queues = useSnapshot((snapshot: Snapshot) => snapshot.queues.length);
  const bulk = useSnapshot(
    (snapshot: Snapshot) => snapshot.bulk.filter((one) => one.state === "running" || one.state === "counting").length,
  );
  if (!totals) return undefined;
  switch (page.path) {
    case "/queues":
      return queues ? { text: f.count(queues), tone: "" } : undefined;
    case "/dead-letters":
      return totals.dead > 0 ? { text: f.count(totals.dead), tone: "bad" } : undefined;
    case "/workers":
      return totals.workers_lost > 0 ? { text: t("shell.lost", { count: totals.workers_lost }), tone: "warn" } : undefined;
    case "/circuits":
      return totals.circuits_open > 0 ? { text: t("shell.open", { count: totals.circuits_open }), tone: "bad" } : undefined;
    case "/bulk":
      return bulk ? { text: f.count(bulk), tone: "" } : undefined;
    default:
      return undefined;
  }
}

function PageLink({ page }: { readonly page: PageEntry }) {
  const { t } = useSpeech();
  const badge = useBadge(page);
  return (
    <li>
      <NavLink to={page.path} end={page.path === "/"}>
        <Icon name={page.icon} />
        <span className="page-name">{t(page.text)}</span>
        {badge && (
          <span className={`count ${badge.tone}`}>
            <bdi>{badge.text}</bdi>
          </span>
        )}
      </NavLink>
    </li>
  );
}

const SECTIONS = [
  ["", undefined],
  ["runtime", "shell.runtime"],
  ["operations", "shell.operations"],
] as const;

function Navigation({ openPalette }: { readonly openPalette: () => void }) {
  const { t, f } = useSpeech();
  const { session } = useSession();
  const [theme, setTheme] = usePreference("theme");
  return (
    <nav className="nav" id="nav" aria-label={t("shell.main")}>
      <Brand />
      <button className="btn jump" type="button" onClick={openPalette}>
        <Icon name="search" />
        {t("shell.jump")}{" "}
        <span className="keys-end">
          <Keys keys="mod+k" />
        </span>
      </button>
      {SECTIONS.map(([section, title]) => (
        <div key={section}>
          {title && <h2>{t(title)}</h2>}
          <ul>
            {PAGES.filter((page) => page.section === section).map((page) => (
              <PageLink key={page.path} page={page} />
            ))}
          </ul>
        </div>
      ))}
      <div className="nav-foot">
        <div className="tools">
          <Segmented
            label={t("settings.theme")}
            value={theme}
            onChange={setTheme}
            options={[
              { value: "system", name: t("settings.system"), label: <Icon name="screen" /> },
              { value: "light", name: t("settings.light"), label: <Icon name="sun" /> },
              { value: "dark", name: t("settings.dark"), label: <Icon name="moon" /> },
            ]}
          />
          <Settings />
        </div>
        <p>
          <bdi>{session.actor.name}</bdi>
          {f.comma}
          {t(`role.${session.role}`)}
          <br />
          <bdi>{session.environment}</bdi> · <bdi>{session.version}</bdi>
        </p>
      </div>
    </nav>
  );
}

export function Shell() {
  const { t } = useSpeech();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const [open, setOpen] = useState<"palette" | "keys">();
  const [menu, setMenu] = useState(false);
  const [paletteUsed, setPaletteUsed] = useState(false);
  if (open === "palette" && !paletteUsed) setPaletteUsed(true);
  const first = useRef(true);
  useShortcuts([
    {
      keys: "mod+k",
      text: "shell.jump",
      run: () => {
        setOpen("palette");
      },
      always: true,
    },
    {
      keys: "?",
      text: "keys.title",
      run: () => {
        setOpen("keys");
      },
    },
    ...PAGES.map((page) => ({
      keys: `g ${page.key}`,
      text: page.text,
      run: () => {
        void navigate(page.path);
      },
    })),
  ]);
  useEffect(() => {
    document.documentElement.dataset["nav"] = menu ? "open" : "closed";
    if (!menu) return;
    const close = (event: KeyboardEvent) => {
      if (event.key === "Escape") setMenu(false);
    };
    document.addEventListener("keydown", close);
    return () => {
      document.removeEventListener("keydown", close);
    };
  }, [menu]);
  // A new page begins at its top and with its heading, for everyone.
  useEffect(() => {
    setMenu(false);
    if (first.current) {
      first.current = false;
      return;
    }
    window.scrollTo(0, 0);
    return focusPage();
  }, [pathname]);
  const close = () => {
    setOpen(undefined);
  };
  return (
    <>
      <a className="skip" href="#main">
        {t("shell.skip")}
      </a>
      <header className="topbar">
        <button
          className="btn ghost only"
          type="button"
          aria-expanded={menu}
          aria-controls="nav"
          aria-label={t("shell.menu")}
          onClick={() => {
            setMenu(!menu);
          }}
        >
          <Icon name={menu ? "close" : "menu"} />
        </button>
        <Brand />
        <button
          className="btn ghost only"
          type="button"
          aria-label={t("shell.jump")}
          onClick={() => {
            setOpen("palette");
          }}
        >
          <Icon name="search" />
        </button>
      </header>
      <div className="shell">
        <Navigation
          openPalette={() => {
            setOpen("palette");
          }}
        />
        <main id="main" tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <ProblemWatch />
      <Suspense>
        {paletteUsed && (
          <Palette
            open={open === "palette"}
            onClose={close}
            onShortcuts={() => {
              setOpen("keys");
            }}
          />
        )}
      </Suspense>
      <ShortcutDialog open={open === "keys"} onClose={close} />
    </>
  );
}
