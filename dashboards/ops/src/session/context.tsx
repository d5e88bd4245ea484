// The session: who is signed in, what that person may do, and its end by idleness. Signing in is a SignInMethod, so that an identity
// provider can take its place.
import { useQueryClient } from "@tanstack/react-query";
import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from "react";
import { getSession, keepSession, signOut } from "../api/generated/ops.ts";
import type { Right, Session } from "../api/generated/ops.schemas.ts";
import { holdSession } from "../api/http.ts";
import { ApiProblem } from "../api/problem.ts";
import { useIdleness } from "./idleness.ts";

/** Why nobody is signed in. */
export type SignedOutReason = "first" | "idle" | "ended" | "asked";

export type SessionState =
  | { readonly phase: "loading" }
  | { readonly phase: "unavailable"; readonly problem: ApiProblem }
  | { readonly phase: "out"; readonly reason: SignedOutReason }
  | { readonly phase: "in"; readonly session: Session };

export interface SessionActions {
  /** The server has ended it. */
  readonly ended: () => void;
  readonly signedIn: (session: Session) => void;
  readonly leave: () => Promise<void>;
  readonly retry: () => void;
}

interface Signed {
  readonly session: Session;
  readonly can: (right: Right) => boolean;
  /** Seconds until it ends, while that is near. */
  readonly endsSoon: number | undefined;
  readonly stay: () => void;
}

const StateContext = createContext<(SessionState & SessionActions) | null>(null);
const SignedContext = createContext<Signed | null>(null);

export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const queries = useQueryClient();
  const [state, setState] = useState<SessionState>({ phase: "loading" });
  const out = useCallback(
    (reason: SignedOutReason) => {
      holdSession("", () => undefined);
      queries.clear();
      setState({ phase: "out", reason });
    },
    [queries],
  );
  const signedIn = useCallback(
    (session: Session) => {
      holdSession(session.csrf_token, () => {
        out("ended");
      });
      setState({ phase: "in", session });
    },
    [out],
  );
  const ask = useCallback(() => {
    getSession().then(signedIn, (error: unknown) => {
      if (error instanceof ApiProblem && error.status === 401) out("first");
      else if (error instanceof ApiProblem) setState({ phase: "unavailable", problem: error });
      else throw error;
    });
  }, [signedIn, out]);
  useEffect(ask, [ask]);
  const actions = useMemo<SessionActions>(
    () => ({
      signedIn,
      ended: () => {
        out("ended");
      },
      leave: async () => {
        await signOut().catch(() => undefined);
        out("asked");
      },
      retry: () => {
        setState({ phase: "loading" });
        ask();
      },
    }),
    [signedIn, out, ask],
  );
  const value = useMemo(() => ({ ...state, ...actions }), [state, actions]);
  return <StateContext value={value}>{children}</StateContext>;
}

export function useSessionState(): SessionState & SessionActions {
  const state = use(StateContext);
  if (!state) throw new Error("useSessionState needs a SessionProvider");
  return state;
}

/** Watches over the session of the person who is signed in. */
export function SignedIn({ session, children }: { readonly session: Session; readonly children: ReactNode }) {
  const { signedIn } = useSessionState();
  const touch = useCallback(() => {
    keepSession().then(signedIn, () => undefined);
  }, [signedIn]);
  const endsSoon = useIdleness(session, touch);
  const value = useMemo<Signed>(
    () => ({ session, can: (right) => session.rights.includes(right), endsSoon, stay: touch }),
    [session, endsSoon, touch],
  );
  return <SignedContext value={value}>{children}</SignedContext>;
}

export function useSession(): Signed {
  const signed = use(SignedContext);
  if (!signed) throw new Error("useSession needs a person who is signed in");
  return signed;
}
