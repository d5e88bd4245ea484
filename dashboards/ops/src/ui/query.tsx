// One region of a page that waits for an answer: skeleton, failure, or its content. An answer that is there stays while a newer one fails.
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Failure, Skeleton } from "./states.tsx";

export function Region<T>({
  query,
  rows,
  failure,
  children,
}: {
  readonly query: UseQueryResult<T>;
  readonly rows?: number;
  /** Title of the failure. */
  readonly failure?: string;
  readonly children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) {
    return (
      <Failure
        error={query.error}
        onRetry={() => {
          void query.refetch();
        }}
        {...(failure !== undefined && { title: failure })}
      />
    );
  }
  return <Skeleton {...(rows !== undefined && { rows })} />;
}
