import mssql from "mssql";
import type { SqlAccess } from "../../model/host.ts";
import { driverVersion, whyPlainText } from "./sql-driver.ts";
import { connectLimitSec, obstacleOf, Unreachable, type Obstacle } from "./unreachable.ts";

interface SqlTarget {
  /** Name for messages. */
  readonly host: string;
  readonly address: string;
  readonly access: SqlAccess;
  readonly password: string;
  readonly signal: AbortSignal;
}

/** Logs in, or throws an `Unreachable` that says what to do. */
export async function openPool(target: SqlTarget): Promise<mssql.ConnectionPool> {
  const { host, address, access, signal } = target;
  const unreachable = (obstacle: Obstacle, says: string): Unreachable =>
    new Unreachable(host, address, access.port, obstacle, says);
  signal.throwIfAborted();
  const plain = access.encrypt ? whyPlainText(driverVersion()) : undefined;
  if (plain !== undefined) throw unreachable("handshake", plain);
  const pool = new mssql.ConnectionPool(configOf(target));
  const { promise: late, reject } = Promise.withResolvers<never>();
  const limit = setTimeout(() => {
    reject(
      unreachable(
        "silent",
        `did not let the runner in to SQL Server in ${String(connectLimitSec)} s. Look whether the server runs and the network lets the runner through.`,
      ),
    );
  }, connectLimitSec * 1000);
  const aborted = (): void => {
    reject(unreachable("aborted", "was not reached before the step's time was over."));
  };
  signal.addEventListener("abort", aborted, { once: true });
  try {
    const connecting = pool.connect();
    connecting.catch(() => undefined);
    await Promise.race([connecting, late]);
    return pool;
  } catch (error) {
    pool.on("error", () => undefined);
    void pool.close().catch(() => undefined);
    throw error instanceof Unreachable ? error : unreachable(...why(error, access));
  } finally {
    clearTimeout(limit);
    signal.removeEventListener("abort", aborted);
  }
}

const configOf = ({ address, access, password }: SqlTarget): mssql.config => ({
  server: address,
  port: access.port,
  user: access.user,
  password,
  database: "master",
  connectionTimeout: connectLimitSec * 1000,
  // The limits are this package's own, one for each statement: the driver's would cut a restore short.
  requestTimeout: 0,
  validateConnection: "socket",
  pool: { min: 0, max: 4, acquireTimeoutMillis: connectLimitSec * 1000 },
  options: {
    encrypt: access.encrypt,
    trustServerCertificate: access.trustServerCertificate,
    appName: "parallel-standby",
    abortTransactionOnError: false,
  },
});

function why(error: unknown, access: SqlAccess): readonly [Obstacle, string] {
  const code: string = error instanceof mssql.ConnectionError ? error.code : "";
  const says = error instanceof Error ? error.message : String(error);
  if (code === "ELOGIN")
    return [
      "login",
      `refused the login ${access.user} to SQL Server: ${sentence(says)} Look at the login and its password.`,
    ];
  if (code === "EENCRYPT")
    return [
      "handshake",
      `did not agree on encryption: ${sentence(says)} Write sql.encrypt as the server has it.`,
    ];
  const obstacle = obstacleOf(error) ?? obstacleOf(originalOf(error));
  if (obstacle === "refused")
    return [
      "refused",
      "refuses connections: SQL Server does not listen there, or the server is off. Start the server, or look at its service and its TCP port.",
    ];
  if (obstacle === "unknown name")
    return [obstacle, "is a name without an address. Look at the name server."];
  if (obstacle === "silent" || code === "ETIMEOUT")
    return [
      "silent",
      `did not let the runner in to SQL Server in ${String(connectLimitSec)} s. Look whether the server runs and the network lets the runner through.`,
    ];
  if (/certificate|self[- ]signed/i.test(says))
    return [
      "handshake",
      `shows a certificate that this machine does not trust: ${sentence(says)} Install its issuer, or write sql.trustServerCertificate: true.`,
    ];
  return ["handshake", `did not let the runner in to SQL Server: ${sentence(says)}`];
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** The error of the socket below those of the two packages. */
function originalOf(error: unknown): unknown {
  let found = error;
  for (let depth = 0; depth < 5 && found instanceof Error; depth++) {
    const below: unknown = "originalError" in found ? found.originalError : found.cause;
    if (below === undefined) return found;
    found = below;
  }
  return found;
}
