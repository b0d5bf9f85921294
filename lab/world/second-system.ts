import { AppServer } from "../servers/app-server.ts";
import type { LabNetwork } from "../servers/network.ts";
import type { SqlInstance } from "../servers/sql/engine/instance.ts";
import type { HostIdentity, LabClock } from "../servers/types.ts";
import type { ServiceSpec } from "../servers/windows/service.ts";
import { ask } from "./ask.ts";
import type { Batch } from "./databases.ts";

/** Key name of the second system's service; it stands on the K2 servers, beside K2. */
export const claimsServiceName = "Claims Service";

/** Its database at production. The standby has none until log shipping seeds it. */
export const ledger = (password: string): readonly Batch[] => [
  {
    database: "master",
    sql: `CREATE LOGIN [claims_service] WITH PASSWORD = N'${password.replaceAll("'", "''")}', CHECK_POLICY = OFF;`,
  },
  { database: "master", sql: "CREATE DATABASE [Ledger]; ALTER DATABASE [Ledger] SET RECOVERY FULL;" },
  {
    database: "Ledger",
    sql: `CREATE TABLE [dbo].[Posting] ([ID] int IDENTITY(1,1) NOT NULL CONSTRAINT [PK_Posting] PRIMARY KEY, [PostedAt] datetime NOT NULL, [Amount] int NOT NULL);
CREATE USER [claims_service] FOR LOGIN [claims_service]; ALTER ROLE [db_owner] ADD MEMBER [claims_service];`,
  },
  {
    database: "master",
    sql: "BACKUP DATABASE [Ledger] TO DISK = N'D:\\Nightly\\Ledger.bak' WITH INIT, CHECKSUM;",
  },
];

/** The service on one server. It finds its database on the SQL Server of its own building, by its own configuration. */
export function claimsService({
  identity,
  clock,
  network,
  port,
  password,
  database,
  onWorked,
}: {
  readonly identity: HostIdentity;
  readonly clock: LabClock;
  readonly network: LabNetwork;
  readonly port: number;
  readonly password: string;
  /** That SQL Server; undefined while it does not answer. */
  readonly database: () => SqlInstance | undefined;
  readonly onWorked: () => void;
}): ServiceSpec {
  const login = {
    user: "claims_service",
    password,
    database: "Ledger",
    hostName: identity.name,
    appName: claimsServiceName,
  };
  return {
    name: claimsServiceName,
    account: "CORP\\svc-claims",
    image: '"C:\\Program Files\\Claims\\ClaimsService.exe"',
    initially: identity.site === "primary" ? "running" : "stopped",
    startUpMs: 300,
    stopMs: 300,
    program: new AppServer({
      identity,
      clock,
      network,
      port,
      connect: () => ask(database(), login, "SELECT 1 AS [one]"),
      work: async () => {
        await ask(
          database(),
          login,
          "INSERT INTO [dbo].[Posting] ([PostedAt], [Amount]) VALUES (GETDATE(), 100);",
        );
        onWorked();
      },
    }),
  };
}
