import { BatchEnded, type Frame, newFrame, runText } from "./batch.ts";
import type { Variable } from "./context.ts";
import { convert } from "./convert.ts";
import { Cursor } from "./cursor.ts";
import { refuse } from "./errors.ts";
import { evaluate, evaluateText, evaluateTyped } from "./evaluate.ts";
import { type Executed, runDynamic } from "./execute.ts";
import { partsOf } from "./functions-metadata.ts";
import { parseParameters } from "./parse-definitions.ts";
import { callOf, parametersOf, type Procedure } from "./procedures.ts";
import { objectName, storedKey } from "./sources.ts";
import type { Argument, ExecStatement, ParameterDeclaration } from "./statements.ts";
import { int, nvarcharMax, type V, plain } from "./types.ts";

interface StoredProcedure {
  readonly name: string;
  readonly parameters: readonly ParameterDeclaration[];
  readonly body: string;
}

/** EXEC [@rc =] procedure arguments: the server's own procedures, then those of the database. */
export async function executeProcedure(statement: ExecStatement, frame: Frame): Executed {
  const parts =
    statement.procedure ??
    partsOf(plain(frame.variables.get(statement.procedureVariable?.toLowerCase() ?? "")?.value ?? ""));
  const title = parts.filter((part) => part !== "").join(".");
  const { name, schema, database: databaseName } = objectName(parts);
  const setResult = (value: V): void => {
    if (statement.result === undefined) return;
    const variable = frame.variables.get(statement.result.toLowerCase());
    if (!variable) throw refuse(137, statement.result);
    variable.value = convert(value, int, variable.type);
  };
  if (name.toLowerCase() === "sp_executesql") {
    await executeSql(statement, frame);
    setResult(0);
    return undefined;
  }
  const database = databaseName === undefined ? frame.database : frame.instance.database(databaseName);
  const stored = database?.isReadable
    ? (database.store.collection("procedures").get(storedKey(schema, name)) as StoredProcedure | undefined)
    : undefined;
  const system = stored ? undefined : frame.instance.procedures.get(name.toLowerCase());
  if (system) {
    setResult(await runSystem(system, name, statement.args, frame));
    return { command: 224 };
  }
  if (!stored || !database) throw refuse(2812, title);
  setResult(await runStored(stored, statement.args, frame));
  return { command: 224 };
}

/** Values of the declared parameters from the arguments, by position and by name. */
function bind(
  name: string,
  declared: readonly ParameterDeclaration[],
  args: readonly Argument[],
  frame: Frame,
): { values: Map<string, V>; given: Set<string>; outputs: Map<string, Variable> } {
  const values = new Map<string, V>();
  const given = new Set<string>();
  const outputs = new Map<string, Variable>();
  args.forEach((arg, i) => {
    const parameter =
      arg.name === undefined
        ? declared[i]
        : declared.find((p) => p.name.toLowerCase() === arg.name?.toLowerCase());
    if (!parameter)
      throw arg.name === undefined
        ? declared.length === 0
          ? refuse(8146, name)
          : refuse(8144, name)
        : refuse(8145, arg.name, name);
    const key = parameter.name.toLowerCase();
    if (!arg.expr) return;
    const { value, type } = evaluateTyped(arg.expr, frame);
    values.set(key, convert(value, type, parameter.type));
    given.add(key);
    if (!arg.isOutput) return;
    if (!parameter.isOutput) throw refuse(8162, parameter.name);
    const variable =
      arg.expr.kind === "variable" ? frame.variables.get(arg.expr.name.toLowerCase()) : undefined;
    if (variable) outputs.set(key, variable);
  });
  for (const parameter of declared) {
    const key = parameter.name.toLowerCase();
    if (given.has(key)) continue;
    if (!parameter.default && !parameter.isOutput) throw refuse(201, name, parameter.name);
    values.set(key, parameter.default ? evaluate(parameter.default, frame, parameter.type) : null);
  }
  return { values, given, outputs };
}

async function runSystem(
  procedure: Procedure,
  name: string,
  args: readonly Argument[],
  frame: Frame,
): Promise<number> {
  const declared = parametersOf(procedure);
  const { values, given, outputs } = bind(name, declared, args, frame);
  const call = callOf(name, frame, values, given, (key, value) => {
    const type = declared.find((p) => p.name.toLowerCase() === key)?.type ?? nvarcharMax;
    const variable = outputs.get(key);
    if (variable) variable.value = convert(value, type, variable.type);
  });
  const status = await procedure.run(call);
  frame.session.endStatement(true);
  return typeof status === "number" ? status : 0;
}

async function runStored(
  procedure: StoredProcedure,
  args: readonly Argument[],
  frame: Frame,
): Promise<number> {
  const { values, outputs } = bind(procedure.name, procedure.parameters, args, frame);
  const variables = new Map<string, Variable>(
    procedure.parameters.map((p) => [
      p.name.toLowerCase(),
      { type: p.type, value: values.get(p.name.toLowerCase()) ?? null },
    ]),
  );
  const { temp } = frame.session;
  const before = new Set(temp.tables().map((table) => table.id));
  const inner = newFrame(frame.session, frame.signal, frame.emit, {
    variables,
    depth: frame.depth + 1,
    tryDepth: frame.tryDepth,
    procedure: procedure.name,
    caught: frame.caught,
  });
  let status = 0;
  try {
    const flow = await runText(procedure.body, inner);
    if (flow?.kind === "return") status = Number(flow.value ?? 0);
  } catch (error) {
    if (!(error instanceof BatchEnded && error.isScopeOnly)) throw error;
    status = -6;
  } finally {
    for (const table of temp.tables())
      if (!before.has(table.id)) temp.change((put) => put("tables", table.id, undefined));
  }
  copyOutputs(variables, outputs);
  return status;
}
function copyOutputs(from: ReadonlyMap<string, Variable>, to: ReadonlyMap<string, Variable>): void {
  for (const [key, variable] of to) {
    const inner = from.get(key);
    if (inner) variable.value = convert(inner.value, inner.type, variable.type);
  }
}

/** sp_executesql N'text', N'@p type, ...', values by position or name, OUTPUT included. */
async function executeSql(statement: ExecStatement, frame: Frame): Promise<void> {
  const [text, declaration, ...args] = statement.args;
  if (!text?.expr) throw refuse(201, "sp_executesql", "@statement");
  const declared = declaration?.expr
    ? parseParameters(new Cursor(evaluateText(declaration.expr, frame)))
    : [];
  const { values, outputs } = bind("sp_executesql", declared, args, frame);
  const variables = new Map<string, Variable>(
    declared.map((p) => [
      p.name.toLowerCase(),
      { type: p.type, value: values.get(p.name.toLowerCase()) ?? null },
    ]),
  );
  await runDynamic(evaluateText(text.expr, frame), frame, variables);
  copyOutputs(variables, outputs);
}
