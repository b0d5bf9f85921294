import type { GuardFacts } from "../../model/guard.ts";
import type { GuardOf } from "../../components/windows/guard/script.ts";

/** The guard of a K2 server with SQL Server on it. */
export const golden: GuardOf = {
  estate: "contoso",
  host: "K2PRD01",
  services: [
    { service: "MSSQLSERVER", exclusive: false },
    { service: "K2 Server", exclusive: true },
  ],
  witnesses: ["\\\\K2DR01\\Witness", "\\\\FILE03\\Witness"],
  fileName: "guard-contoso.txt",
  leaseHours: 24,
};

/** The guard of the example estate: each site's servers ask the other site. */
export const exampleGuard: GuardFacts = {
  witnesses: [
    { share: "\\\\SQLDR01\\Witness", folder: "D:\\Witness", host: "SQLDR01", site: "dr" },
    { share: "\\\\SQLPRD01\\Witness", folder: "D:\\Witness", host: "SQLPRD01", site: "primary" },
  ],
  leaseHours: 24,
  sqlServer: true,
};
