import { k2Database, login, sysadmin, type Batch } from "../../world/databases.ts";
import { workTable, type SimSystem } from "./systems.ts";

/** Passwords of the simulator's servers: the same every time, and of no use anywhere else. */
export interface Passwords {
  readonly operator: string;
  readonly service: string;
  /** Of the master key of K2's database. */
  readonly masterKey: string;
}

/** The login by which a system's service uses its databases. */
export const loginOf = ({ id }: SimSystem): string => `${id}_service`;

/** What stands on a SQL Server of production: all systems whose databases are there, with a nightly backup each. */
export function productionOf(systems: readonly SimSystem[], passwords: Passwords): readonly Batch[] {
  return [
    login("dr_operator", passwords.operator, sysadmin("dr_operator")),
    ...systems.flatMap((system) => [
      login(loginOf(system), passwords.service),
      ...system.databases.flatMap((d) => databaseOf(d, system, passwords)),
      ...(system.shape.kind === "k2"
        ? [{ database: "master", sql: "ALTER DATABASE [K2] SET TRUSTWORTHY ON;" }]
        : []),
      ...system.databases.map((d) => ({
        database: "master",
        sql: `BACKUP DATABASE [${d}] TO DISK = N'D:\\Nightly\\${d}.bak' WITH INIT, CHECKSUM;`,
      })),
    ]),
  ];
}

/** What a SQL Server of the standby holds before anything is shipped to it: a K2 is installed there. */
export const standbyOf = (systems: readonly SimSystem[], passwords: Passwords): readonly Batch[] => [
  login("dr_operator", passwords.operator, sysadmin("dr_operator")),
  ...(systems.some((s) => s.shape.kind === "k2")
    ? k2Database("K2DR01", "the standby's own master key password", 11)
    : []),
];

function databaseOf(database: string, system: SimSystem, { masterKey }: Passwords): readonly Batch[] {
  const { schema, table, at } = workTable(database);
  const user = loginOf(system);
  return [
    ...(database === "K2"
      ? k2Database(system.app.primary, masterKey, 1)
      : [
          {
            database: "master",
            sql: `CREATE DATABASE [${database}]; ALTER DATABASE [${database}] SET RECOVERY FULL;`,
          },
          {
            database,
            sql: `CREATE TABLE [${schema}].[${table}] ([ID] int IDENTITY(1,1) NOT NULL CONSTRAINT [PK_${table}] PRIMARY KEY, [${at}] datetime NOT NULL);`,
          },
        ]),
    {
      database,
      sql: `CREATE USER [${user}] FOR LOGIN [${user}]; ALTER ROLE [db_owner] ADD MEMBER [${user}];`,
    },
  ];
}
