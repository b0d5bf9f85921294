import { randomUUID } from "node:crypto";
import type { Frame } from "./batch.ts";
import type { Database, DatabaseFile } from "./database.ts";
import { message, refuse, refuseWith } from "./errors.ts";
import type { Done } from "./execute.ts";
import { hasDatabasePermission, hasServerPermission } from "./permissions.ts";
import type { FileDefinition, Statement } from "./statements.ts";

const guid = (): string => randomUUID().toUpperCase();

/** CREATE DATABASE with its files; without ON it has one data file and one log. */
export function executeCreateDatabase(
  statement: Extract<Statement, { kind: "create database" }>,
  frame: Frame,
): Done {
  const { instance, session } = frame;
  if (session.transactionDepth > 0) throw refuse(226, "CREATE DATABASE");
  if (!hasServerPermission(session, "CREATE ANY DATABASE")) throw refuse(262, "CREATE DATABASE", "master");
  if (instance.database(statement.name)) throw refuse(1801, statement.name);
  const path = (file: FileDefinition, type: "D" | "L", isFirst: boolean): string =>
    file.path ??
    `${(type === "D" ? instance.folders.data : instance.folders.log).replace(/\\$/, "")}\\${file.name}.${type === "L" ? "ldf" : isFirst ? "mdf" : "ndf"}`;
  const data =
    statement.files.length > 0 ? statement.files : [{ name: statement.name, filegroup: "PRIMARY" }];
  const log = statement.log.length > 0 ? statement.log : [{ name: `${statement.name}_log`, filegroup: "" }];
  const files: DatabaseFile[] = [
    ...data.map((file) => ({ file, type: "D" as const })),
    ...log.map((file) => ({ file, type: "L" as const })),
  ].map(({ file, type }, i) => {
    return {
      fileId: i === 0 ? 1 : i === data.length ? 2 : i < data.length ? i + 2 : i + 1,
      guid: guid(),
      logicalName: file.name,
      physicalName: path(file, type, i === 0),
      type,
      filegroup: type === "D" ? (file.filegroup ?? "PRIMARY") : "",
      pages: 1024,
    };
  });
  const used = usedFile(files, frame);
  if (used) throw refuseWith(message(1834, used.path, used.database), message(1802));
  const model = instance.mustHave("model").settings;
  instance.createDatabase(
    statement.name,
    {
      recoveryModel: model.recoveryModel,
      ...(statement.collation === undefined ? {} : { collation: statement.collation }),
    },
    session.principal.sid,
    files,
  );
  instance.onChange();
  return { command: 203 };
}
/** A file that another database of the instance has. */
export function usedFile(
  files: readonly { readonly physicalName: string }[],
  { instance }: Pick<Frame, "instance">,
  except?: Database,
): { path: string; database: string } | undefined {
  for (const database of instance.databases()) {
    if (database === except) continue;
    for (const file of database.files)
      if (files.some((f) => f.physicalName.toLowerCase() === file.physicalName.toLowerCase()))
        return { path: file.physicalName, database: database.name };
  }
  return undefined;
}

/** DROP DATABASE: not a system database, not one that a session is in. */
export async function executeDropDatabase(
  statement: Extract<Statement, { kind: "drop" }>,
  frame: Frame,
): Promise<Done> {
  const { instance, session } = frame;
  for (const [name = ""] of statement.names) {
    const database = instance.database(name);
    if (!database) {
      if (statement.ifExists) continue;
      throw refuse(3701, "drop", "database", name);
    }
    if (database.id <= 4) throw refuse(3708, "drop", "database", name, "database");
    if (
      !hasDatabasePermission(session, database, "CONTROL") &&
      !hasServerPermission(session, "ALTER ANY DATABASE")
    )
      throw refuse(3701, "drop", "database", name);
    if (instance.sessionsIn(database).length > 0) throw refuse(3702, "drop", name);
    instance.removeDatabase(database);
    // Those of a database that is offline stay where they are.
    if (database.state !== "OFFLINE")
      for (const file of database.files) await instance.disk.remove(file.physicalName).catch(() => undefined);
  }
  instance.onChange();
  return { command: 201 };
}
