import type { LabSite } from "../servers/types.ts";

/** A server of the lab: where it stands and what runs on it. */
export interface LabServer {
  readonly name: string;
  readonly site: LabSite;
  /** Loopback addresses differ by site, so that an alias proves something. */
  readonly address: string;
  readonly runs: readonly ("k2" | "sql" | "dns" | "observer")[];
}

/** Both sites' clocks. */
export const labTimeZone = "Europe/London";

/** At neither site, as name servers of an estate should be: the loss of a site does not take the names along. */
const nameServer: LabServer = { name: "DNS01", site: "third", address: "127.30.1.10", runs: ["dns"] };

/** A server at neither site. */
export const observer: LabServer = {
  name: "OBS01",
  site: "third",
  address: "127.30.1.4",
  runs: ["observer"],
};

/** The lab's servers: two in each of two buildings, or one with both K2 and SQL Server, and a name server. */
export const labServers = (perSite: 1 | 2): readonly LabServer[] =>
  perSite === 1
    ? [
        { name: "K2PRD01", site: "primary", address: "127.10.1.4", runs: ["k2", "sql"] },
        { name: "K2DR01", site: "dr", address: "127.20.1.4", runs: ["k2", "sql"] },
        nameServer,
      ]
    : [
        { name: "K2PRD01", site: "primary", address: "127.10.1.4", runs: ["k2"] },
        { name: "SQLPRD01", site: "primary", address: "127.10.1.5", runs: ["sql"] },
        { name: "K2DR01", site: "dr", address: "127.20.1.4", runs: ["k2"] },
        { name: "SQLDR01", site: "dr", address: "127.20.1.5", runs: ["sql"] },
        nameServer,
      ];

/** The zone that the lab's name server answers for. */
export const labZone = "corp.example";
