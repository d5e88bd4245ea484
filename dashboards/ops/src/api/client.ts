// The query client: what is asked again, when, and how long an answer counts as fresh.
import { QueryClient } from "@tanstack/react-query";
import { ApiProblem } from "./problem.ts";

/** Attempts of one question before its failure is shown. */
const RETRIES_MAX = 2;

export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // The browser's own idea of being online says nothing about our server.
        networkMode: "always",
        staleTime: 2_000,
        gcTime: 5 * 60_000,
        refetchOnWindowFocus: true,
        retry: (failures, error) => failures < RETRIES_MAX && error instanceof ApiProblem && error.isTemporary && error.status !== 429,
        retryDelay: (attempt, error) => {
          const asked = error instanceof ApiProblem ? error.retryAfterSeconds : undefined;
          return asked === undefined ? 400 * 2 ** attempt : Math.min(asked, 10) * 1_000;
        },
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}
