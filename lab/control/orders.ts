import { parseDuration } from "./duration.ts";

/** What somebody outside may ask of a running lab. */
export type Order =
  | {
      readonly kind: "fault";
      readonly what: string;
      readonly fault: "down" | "up" | "cut" | "joined" | "stalls" | "answers";
    }
  | { readonly kind: "clock"; readonly byMs: number }
  | { readonly kind: "status" };

const faults = ["down", "up", "cut", "joined", "stalls", "answers"] as const;

/** How orders are written, for help and for errors. */
export const orderHelp = `npm run lab -- fault primary|dr|HOST down|up     power of a site or a server
npm run lab -- fault primary|dr cut|joined       a site that runs on, and nobody reaches
npm run lab -- fault HOST stalls|answers         a server that accepts and says nothing
npm run lab -- clock +6h                         moves the lab's clock on (30m, 1h30m …)
npm run lab -- status                            time, sites, services`;

/** An order from the words of a command line; a sentence where they make none. */
export function orderOf(words: readonly string[]): Order | { readonly wrong: string } {
  const [verb, first, second] = words;
  if (verb === "status") return { kind: "status" };
  if (verb === "clock") {
    const seconds = parseDuration(first?.replace(/^\+/, "") ?? "");
    return seconds === undefined
      ? { wrong: `clock ${first ?? ""}: write how far it moves on, such as +6h or +30m` }
      : { kind: "clock", byMs: seconds * 1000 };
  }
  if (verb === "fault") {
    const fault = faults.find((f) => f === second);
    if (first === undefined || fault === undefined)
      return {
        wrong: `fault ${words.slice(1).join(" ")}: write a site or server and one of ${faults.join(", ")}`,
      };
    return { kind: "fault", what: first, fault };
  }
  return { wrong: `${words.join(" ")} is no order of the lab` };
}
