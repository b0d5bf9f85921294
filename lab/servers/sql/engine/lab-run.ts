import type { Column, Message, Reply, Value } from "../contract.ts";

/** What a batch gave, gathered: `rows` and `columns` are of its first result. */
export interface Result {
  readonly rows: readonly Readonly<Record<string, Value>>[];
  readonly columns: readonly Column[];
  readonly results: readonly {
    readonly columns: readonly Column[];
    readonly rows: readonly (readonly Value[])[];
  }[];
  readonly messages: readonly Message[];
  /** Messages of severity above 10. */
  readonly errors: readonly Message[];
}

/** Reads all replies of a batch. */
export async function collect(replies: AsyncIterable<Reply>): Promise<Result> {
  const results: { columns: readonly Column[]; rows: (readonly Value[])[] }[] = [];
  const messages: Message[] = [];
  for await (const reply of replies) {
    if (reply.kind === "columns") results.push({ columns: reply.columns, rows: [] });
    else if (reply.kind === "row") results.at(-1)?.rows.push(reply.values);
    else if (reply.kind === "message") messages.push(reply.message);
  }
  const first = results[0];
  const rows = (first?.rows ?? []).map((values) =>
    Object.fromEntries((first?.columns ?? []).map((column, i) => [column.name, values[i] ?? null])),
  );
  return {
    rows,
    columns: first?.columns ?? [],
    results,
    messages,
    errors: messages.filter((m) => m.severity > 10),
  };
}
