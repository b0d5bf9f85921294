import { dataMessages } from "./messages-data.ts";
import { languageMessages } from "./messages-language.ts";
import { securityMessages } from "./messages-security.ts";
import { restoreMessages } from "./messages-restore.ts";
import { agentMessages } from "./messages-agent.ts";

/** Severity, state and text of a message; `%` is a place to be filled in, in order. */
export type Entry = readonly [severity: number, state: number, text: string];

/** All messages that the stand-in can give, by number. */
export const catalogue: Readonly<Record<number, Entry>> = {
  ...languageMessages,
  ...dataMessages,
  ...securityMessages,
  ...restoreMessages,
  ...agentMessages,
};
