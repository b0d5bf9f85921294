import { randomUUID } from "node:crypto";
import type { Frame } from "./batch.ts";
import type { Database } from "./database.ts";
import { enableBroker } from "./execute-databases.ts";

/** Opens a restored database: a new recovery fork begins where its log stands. */
export function recover(
  database: Database,
  broker: "ENABLE_BROKER" | "NEW_BROKER" | "ERROR_BROKER_CONVERSATIONS" | undefined,
  frame: Pick<Frame, "instance">,
): void {
  if (broker === "ENABLE_BROKER" || broker === "ERROR_BROKER_CONVERSATIONS") enableBroker(database, frame);
  database.forks = [...database.forks, { guid: randomUUID().toUpperCase(), from: database.nextLsn }];
  database.state = "ONLINE";
  database.isInStandby = false;
  database.userAccess = "MULTI_USER";
  database.log = [];
  database.logBackupFrom = database.settings.recoveryModel === "SIMPLE" ? undefined : database.nextLsn;
  database.takeLsn();
  if (broker === "NEW_BROKER") {
    database.set({ brokerGuid: randomUUID().toUpperCase() });
    database.isBrokerEnabled = true;
  }
}
