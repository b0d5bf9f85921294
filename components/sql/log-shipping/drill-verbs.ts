import * as z from "zod";
import { verb } from "../../../model/verb.ts";

const text = z.string().min(1);
const hoursSec = 3600;

/** Looks whether copies of all databases of a part can be made: backups that lead somewhere, names that are free, room on disk. */
export const drillReady = verb(
  "sql/log-shipping/drill-ready",
  z.strictObject({ part: text, host: text }),
  600,
);

/** Makes the copy of a database at the drill's point, open to administrators only. */
export const drillCopy = verb(
  "sql/log-shipping/drill-copy",
  z.strictObject({ part: text, database: text, host: text }),
  12 * hoursSec,
);

/** Proves that a copy is sound and what it holds, and makes it read-only. */
export const drillVerify = verb(
  "sql/log-shipping/drill-verify",
  z.strictObject({ part: text, database: text, host: text }),
  12 * hoursSec,
);

/** Looks whether logs were restored beside the drill as before it. */
export const drillShipping = verb(
  "sql/log-shipping/drill-shipping",
  z.strictObject({ part: text, database: text, host: text }),
  120,
);

/** Removes the drill's copies of these databases from a server, whatever the journal knows of them. */
export const drillSweep = verb(
  "sql/log-shipping/drill-sweep",
  z.strictObject({ host: text, databases: z.array(text) }),
  600,
);
