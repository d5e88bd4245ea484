// Says new problems, wherever the person is. Draws nothing.
import { useEffect, useRef } from "react";
import { useSpeech } from "../i18n/context.tsx";
import { useSnapshot } from "../live/context.tsx";
import { useAnnounce } from "../ui/announce.tsx";
import { problemName } from "./problems.tsx";

export function ProblemWatch(): null {
  const speech = useSpeech();
  const announce = useAnnounce();
  const problems = useSnapshot((snapshot) => snapshot.problems);
  const known = useRef<Set<string>>(undefined);
  useEffect(() => {
    if (!problems) return;
    const fresh = known.current ? problems.filter((problem) => !known.current?.has(problem.id)) : [];
    known.current = new Set(problems.map((problem) => problem.id));
    const [first] = fresh;
    if (first) announce(speech.t("shell.newProblem", { name: problemName(first) }), "problem");
  }, [problems, announce, speech]);
  return null;
}
