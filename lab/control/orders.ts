import { didYouMean } from "../../model/nearest.ts";
import { parseDuration } from "./duration.ts";

const faults = ["down", "up", "cut", "joined", "stalls", "answers"] as const;
const verbs = ["fault", "clock", "sql", "status"] as const;

/** What somebody outside may ask of a running lab. */
export type Order =
  | { readonly kind: "fault"; readonly what: string; readonly fault: (typeof faults)[number] }
  | { readonly kind: "clock"; readonly byMs: number }
  /** A batch for one SQL Server, as if it were typed there. */
  | { readonly kind: "sql"; readonly host: string; readonly batch: string }
  | { readonly kind: "status" };

/** How orders are written, for help and for errors. */
export const orderHelp = `npm run lab -- fault primary|dr|HOST down|up     power of a site or a server
npm run lab -- fault primary|dr cut|joined       a site that runs on, and nobody reaches
npm run lab -- fault HOST stalls|answers         a server that accepts and says nothing
npm run lab -- clock +6h                         moves the lab's clock on (30m, 1h30m …)
npm run lab -- sql HOST "SELECT …"               T-SQL, as if typed at that server
npm run lab -- status                            time, sites, services`;

/** An order from the words of a command line; a sentence where they make none. */
export function orderOf(words: readonly string[]): Order | { readonly wrong: string } {
  const [verb = "", first, second, ...more] = words;
  switch (verb) {
    case "status":
      return { kind: "status" };
    case "clock": {
      const seconds = parseDuration(first?.replace(/^\+/, "") ?? "");
      return seconds === undefined
        ? { wrong: `clock ${first ?? ""}: write how far it moves on, such as +6h or +30m` }
        : { kind: "clock", byMs: seconds * 1000 };
    }
    case "sql": {
      const batch = [second ?? "", ...more].join(" ").trim();
      return first === undefined || batch === ""
        ? {
            wrong: `sql ${first ?? ""}: write a server and what it is to run, such as sql SQLDR01 "SELECT name, state_desc FROM sys.databases"`,
          }
        : { kind: "sql", host: first, batch };
    }
    case "fault": {
      const fault = faults.find((f) => f === second);
      return first === undefined || fault === undefined
        ? {
            wrong: `fault ${words.slice(1).join(" ")}: write a site or server and one of ${faults.join(", ")}.${didYouMean(second ?? "", faults)}`,
          }
        : { kind: "fault", what: first, fault };
    }
    default:
      return {
        wrong: `${words.join(" ")} is no order of the lab; it takes ${verbs.join(", ")}.${didYouMean(verb, verbs)}`,
      };
  }
}
