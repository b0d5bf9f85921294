import type { Row } from "../servers/k2/server.ts";
import type { SqlInstance } from "../servers/sql/engine/instance.ts";
import { collect } from "../servers/sql/engine/lab-run.ts";

/** How a program of the lab logs on to its database. */
export interface Login {
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Computer name and program, as SQL Server lists them. */
  readonly hostName: string;
  readonly appName: string;
}

/** A batch on a connection of its own; rejects as a driver does. No instance: none answers there. */
export async function ask(
  instance: SqlInstance | undefined,
  login: Login,
  sql: string,
): Promise<readonly Row[]> {
  const refuse = (text: string, number?: number): never => {
    throw Object.assign(new Error(text), number === undefined ? {} : { number });
  };
  if (!instance)
    return refuse(
      "A network-related or instance-specific error occurred while establishing a connection to SQL Server.",
    );
  const session = instance.login(login);
  if ("refused" in session)
    return refuse(session.refused.at(-1)?.text ?? "Login failed.", session.refused.at(-1)?.number);
  try {
    const { rows, errors } = await collect(
      session.run({ sql, parameters: [], signal: new AbortController().signal }),
    );
    const [error] = errors;
    return error ? refuse(error.text, error.number) : rows;
  } finally {
    session.close();
  }
}
