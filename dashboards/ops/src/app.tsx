// The application: who is signed in decides between the sign-in page and the monitor. Pages are loaded when they are first visited.
import { QueryClientProvider } from "@tanstack/react-query";
import { lazy, Suspense, useState, type ComponentType } from "react";
import { BrowserRouter, Route, Routes } from "react-router";
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
import { PageBoundary } from "./ui/boundary.tsx";
import { Failure, Skeleton } from "./ui/states.tsx";

/** A page by its name; its code is loaded when it is first visited. */
function page(name: string, load: () => Promise<{ default: ComponentType }>) {
  const Page = lazy(load);
  return (
    <PageBoundary key={name}>
      <Suspense
        fallback={
          <>
            <div className="head" />
            <Skeleton rows={12} />
          </>
        }
      >
        <Page />
      </Suspense>
    </PageBoundary>
  );
}

const overview = page("overview", () => import("./pages/overview/overview.tsx"));
const queues = page("queues", () => import("./pages/queue/queues.tsx"));
const queue = page("queue", () => import("./pages/queue/queue.tsx"));
const jobs = page("jobs", () => import("./pages/jobs/jobs.tsx"));
const job = page("job", () => import("./pages/job/job.tsx"));
const webhooks = page("webhooks", () => import("./pages/webhooks/webhooks.tsx"));
const deadLetters = page("deadLetters", () => import("./pages/dead/dead.tsx"));
const schedules = page("schedules", () => import("./pages/schedules/schedules.tsx"));
const workers = page("workers", () => import("./pages/workers/workers.tsx"));
const circuits = page("circuits", () => import("./pages/circuits/circuits.tsx"));
const bulk = page("bulk", () => import("./pages/bulk/bulk.tsx"));
const audit = page("audit", () => import("./pages/audit/audit.tsx"));

function Monitor() {
  return (
    <BrowserRouter basename="/ops">
      <Routes>
        <Route element={<Shell />}>
          <Route index element={overview} />
          <Route path="queues" element={queues} />
          <Route path="queues/:queue" element={queue} />
          <Route path="jobs" element={jobs} />
          <Route path="jobs/:queue/:lane/:id" element={job} />
          <Route path="webhooks" element={webhooks} />
          <Route path="dead-letters" element={deadLetters} />
          <Route path="schedules" element={schedules} />
          <Route path="workers" element={workers} />
          <Route path="circuits" element={circuits} />
          <Route path="bulk" element={bulk} />
          <Route path="audit" element={audit} />
          <Route path="*" element={<NotFound />} />
        </Route>
      </Routes>
    </BrowserRouter>
  );
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
