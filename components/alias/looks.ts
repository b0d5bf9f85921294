import type { Request } from "../../model/part.ts";
import type { RecoveryPart } from "../../model/recovery.ts";
import type { Look } from "../../steps/act.ts";
import { AliasFacts } from "./facts.ts";
import { aliasFindings, ttlFindings } from "./readiness.ts";
import { observe } from "./run.ts";

/** What readiness looks at for a name, beside the preflight of a move, which tries its key. */
export const looks = ({ id, facts }: RecoveryPart, request: Request): readonly Look[] => [
  {
    id: `alias:${id}`,
    at: id,
    run: async (io, memory) => {
      const f = AliasFacts.parse(facts);
      const { answers } = await observe(f, io);
      const ttls = answers.flatMap((a) => (a.seen ? [a.seen.ttlSec] : []));
      const ttlSec = Math.max(0, ...ttls);
      const name = `ttl ${id}`;
      if (ttls.length > 0) memory.note(name, ttlSec);
      return [
        ...aliasFindings(id, f, request, answers),
        ...ttlFindings(id, f, ttlSec, memory.before(name), Date.now() / 1000),
      ];
    },
  },
];
