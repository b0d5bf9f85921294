import { table } from "../../cli/layout.ts";
import type { Message, Value } from "../servers/sql/contract.ts";
import type { SqlInstance } from "../servers/sql/engine/instance.ts";

/** Runs a batch as an administrator at the server itself would, in master; gives rows and messages as text. Throws the text where the batch failed. */
export async function sqlAnswer(instance: SqlInstance, batch: string): Promise<string> {
  const { results, messages, errors } = await instance.run(batch);
  const said = [
    ...results.map(({ columns, rows }) =>
      [
        table(
          columns.map((c) => (c.name === "" ? "(no name)" : c.name)),
          rows.map((row) => row.map(cellText)),
        ),
        `(${String(rows.length)} ${rows.length === 1 ? "row" : "rows"})`,
      ].join("\n"),
    ),
    ...(messages.length > 0 ? [messages.map(messageText).join("\n")] : []),
  ].join("\n\n");
  if (errors.length > 0) throw new Error(said);
  return said === "" ? "done" : said;
}

function cellText(value: Value): string {
  if (value === null) return "NULL";
  if (typeof value === "boolean") return value ? "1" : "0";
  return Buffer.isBuffer(value) ? `0x${value.toString("hex").toUpperCase()}` : String(value);
}

const messageText = ({ number, severity, line, text }: Message): string =>
  severity > 10 ? `Msg ${String(number)}, Level ${String(severity)}, Line ${String(line)}: ${text}` : text;
