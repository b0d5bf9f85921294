import type { Lookup } from "../../model/part.ts";
import type { SiteId } from "../../model/site.ts";
import type { Draft } from "../../model/verb.ts";
import { AliasFacts } from "../alias/facts.ts";
import { aliasAnswers } from "../alias/verbs.ts";
import type { K2Facts } from "./facts.ts";

/** Through each of its client aliases K2 answers as it does for a client; other aliases are what K2 itself connects to. */
export const clientAnswers = (id: string, f: K2Facts, to: SiteId, lookup: Lookup): readonly Draft[] =>
  f.aliases
    .filter((alias) => {
      const facts = AliasFacts.safeParse(lookup.part(alias)?.facts);
      return facts.success && facts.data.role === "client";
    })
    .map((alias) => aliasAnswers.step(`${id}/through/${alias}`, { alias, to, port: f.clientPort }));
