// The application: who is signed in decides between the sign-in page and the monitor. Pages are loaded when they are first visited.
import { QueryClientProvider } from "@tanstack/react-query";
import { lazy, Suspense, useState, type ComponentType } from "react";
import { createBrowserRouter, RouterProvider, useRouteError } from "react-router";
import { newQueryClient } from "./api/client.ts";
import { SpeechProvider, useSpeech } from "./i18n/context.tsx";
import type { Speech } from "./i18n/i18n.ts";
import { LiveProvider } from "./live/context.tsx";
import { NotFound } from "./pages/not-found.tsx";
import { SignInPage } from "./pages/sign-in/sign-in.tsx";
import { SessionProvider, SignedIn, useSessionState } from "./session/context.tsx";
import { Shell } from "./shell/shell.tsx";
import { ShortcutProvider } from "./shell/shortcuts.tsx";
import { AnnounceProvider } from "./ui/announce.tsx";
import { Sprite } from "./ui/icons.tsx";
import { Failure, Skeleton } from "./ui/states.tsx";

function page(load: () => Promise<{ default: ComponentType }>) {
  const Page = lazy(load);
  return (
    <Suspense
      fallback={
        <main id="main" tabIndex={-1}>
          <div className="head" />
          <Skeleton rows={12} />
        </main>
      }
    >
      <Page />
    </Suspense>
  );
}

/** A page that failed to draw, or whose code could not be loaded after a deploy. */
function PageError() {
  const { t } = useSpeech();
  const error = useRouteError();
  return (
    <main id="main" tabIndex={-1}>
      <Failure
        error={error instanceof Error ? error : new Error(String(error))}
        title={t("failure.page")}
        onRetry={() => {
          window.location.reload();
        }}
      />
    </main>
  );
}

const router = () =>
  createBrowserRouter(
    [
      {
        element: <Shell />,
        children: [
          {
            errorElement: <PageError />,
            children: [
              { path: "/", element: page(() => import("./pages/overview/overview.tsx")) },
              { path: "/queues", element: page(() => import("./pages/queue/queues.tsx")) },
              { path: "/queues/:queue", element: page(() => import("./pages/queue/queue.tsx")) },
              { path: "/jobs", element: page(() => import("./pages/jobs/jobs.tsx")) },
              { path: "/jobs/:queue/:lane/:id", element: page(() => import("./pages/job/job.tsx")) },
              { path: "/webhooks", element: page(() => import("./pages/webhooks/webhooks.tsx")) },
              { path: "/dead-letters", element: page(() => import("./pages/dead/dead.tsx")) },
              { path: "/schedules", element: page(() => import("./pages/schedules/schedules.tsx")) },
              { path: "/workers", element: page(() => import("./pages/workers/workers.tsx")) },
              { path: "/circuits", element: page(() => import("./pages/circuits/circuits.tsx")) },
              { path: "/bulk", element: page(() => import("./pages/bulk/bulk.tsx")) },
              { path: "/audit", element: page(() => import("./pages/audit/audit.tsx")) },
              { path: "*", element: <NotFound /> },
            ],
          },
        ],
      },
    ],
    { basename: "/ops" },
  );

function Monitor() {
  const [routes] = useState(router);
  return <RouterProvider router={routes} />;
}

function Gate() {
  const { t } = useSpeech();
  const state = useSessionState();
  switch (state.phase) {
    case "loading":
      return (
        <main id="main" aria-busy="true">
          <h1 className="sr">LoyalNest ops</h1>
        </main>
      );
    case "unavailable":
      return (
        <main id="main">
          <h1 className="sr">LoyalNest ops</h1>
          <Failure error={state.problem} onRetry={state.retry} title={t("failure.start")} />
        </main>
      );
    case "out":
      return <SignInPage reason={state.reason} />;
    case "in":
      return (
        <SignedIn session={state.session}>
          <LiveProvider onEnded={state.ended}>
            <ShortcutProvider>
              <Monitor />
            </ShortcutProvider>
          </LiveProvider>
        </SignedIn>
      );
  }
}

export function App({ speech }: { readonly speech: Speech }) {
  const [queries] = useState(newQueryClient);
  return (
    <QueryClientProvider client={queries}>
      <SpeechProvider first={speech}>
        <Sprite />
        <AnnounceProvider>
          <SessionProvider>
            <Gate />
          </SessionProvider>
        </AnnounceProvider>
      </SpeechProvider>
    </QueryClientProvider>
  );
}
