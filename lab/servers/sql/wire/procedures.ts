import type { Column, Parameter, Value } from "../contract.ts";
import { type ProcedureCall, RequestError } from "./requests.ts";

/** What a procedure call comes to: a statement to run (none for sp_prepare), and a handle to give back. */
export interface Statement {
  readonly sql?: string;
  readonly parameters: readonly Parameter[];
  readonly handle?: {
    readonly name: string;
    readonly column: Column;
    readonly value: Value;
  };
}

interface Prepared {
  readonly sql: string;
  readonly declarations: string;
}

/** The statements that one session has prepared with sp_prepare and sp_prepexec. */
export class PreparedStatements {
  readonly #byHandle = new Map<number, Prepared>();
  #lastHandle = 0;

  /** Turns a call into the statement it stands for. */
  statementOf(call: ProcedureCall): Statement {
    const [first, second, third, ...rest] = call.parameters;
    switch (call.procedure.toLowerCase()) {
      case "sp_executesql": {
        const given = third === undefined ? [] : [third, ...rest];
        return { sql: text(call, first), parameters: nameThem(given, optionalText(second)) };
      }
      case "sp_prepare":
      case "sp_prepexec": {
        const prepared = { declarations: optionalText(second), sql: text(call, third) };
        const handle = ++this.#lastHandle;
        this.#byHandle.set(handle, prepared);
        const column: Column = { name: "handle", type: "int" };
        return {
          handle: { name: first?.name ?? "", column, value: handle },
          parameters: nameThem(rest, prepared.declarations),
          ...(call.procedure.toLowerCase() === "sp_prepexec" ? { sql: prepared.sql } : {}),
        };
      }
      case "sp_execute": {
        const prepared = this.#byHandle.get(Number(first?.value));
        if (prepared === undefined) throw unknownHandle(first);
        return {
          sql: prepared.sql,
          parameters: nameThem(call.parameters.slice(1), prepared.declarations),
        };
      }
      case "sp_unprepare":
        if (!this.#byHandle.delete(Number(first?.value))) throw unknownHandle(first);
        return { parameters: [] };
      default:
        return executeByName(call);
    }
  }

  /** A reset of the session drops them. */
  clear(): void {
    this.#byHandle.clear();
  }
}

/** A named procedure as EXEC: parameters sent without a name are passed in their order. */
function executeByName(call: ProcedureCall): Statement {
  const parameters = call.parameters.map((parameter, index) =>
    parameter.name === "" ? { ...parameter, name: `@P${String(index + 1)}` } : parameter,
  );
  const list = parameters.map((parameter, index) => {
    const isNamed = call.parameters[index]?.name !== "";
    return (
      (isNamed ? `${parameter.name} = ${parameter.name}` : parameter.name) +
      (parameter.output ? " OUTPUT" : "")
    );
  });
  return { sql: `EXEC ${call.procedure} ${list.join(", ")}`.trimEnd(), parameters };
}

/** Gives the declared names to parameters that were sent without one. */
function nameThem(parameters: readonly Parameter[], declarations: string): readonly Parameter[] {
  const declared = declarations.match(/@[\p{L}\p{N}_@#$]+/gu) ?? [];
  return parameters.map((parameter, index) => {
    if (parameter.name !== "") return parameter;
    const name = declared[index];
    if (name === undefined)
      throw new RequestError(8178, `Parameter ${String(index + 1)} was sent, but none is declared for it.`);
    return { ...parameter, name };
  });
}

function text(call: ProcedureCall, parameter: Parameter | undefined): string {
  if (typeof parameter?.value === "string") return parameter.value;
  throw new RequestError(
    214,
    `Procedure expects parameter '@statement' of type 'ntext/nchar/nvarchar'. (${call.procedure})`,
  );
}

function optionalText(parameter: Parameter | undefined): string {
  return typeof parameter?.value === "string" ? parameter.value : "";
}

function unknownHandle(parameter: Parameter | undefined): RequestError {
  return new RequestError(8179, `Could not find prepared statement with handle ${String(parameter?.value)}.`);
}
