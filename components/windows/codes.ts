/** What the service control manager's error codes mean for the one who has to mend it (Win32 system error codes 1000-1299). */
const meanings: Readonly<Record<number, string>> = {
  2: "the program of the service is not there. Look at its path (sc qc)",
  5: "the SSH user has no right to it. Make it a member of Administrators there",
  1051: "other running services depend on it. Stop them first",
  1052: "it takes no stop request in its state. Look at its log, or end its process there (taskkill /F)",
  1053: "it did not answer the service control manager in time. Look at its log and at the event log System",
  1055: "the service database is locked. Try again in a minute",
  1056: "it runs already",
  1058: "it is disabled, or what it depends on is",
  1060: "there is no such service. Look at its name: sc wants the key name, not the display name",
  1061: "it takes no commands at the moment",
  1062: "it is not started",
  1066: "it ended with an error of its own. Look at its log",
  1067: "its process ended unexpectedly. Look at its log and at the event log Application",
  1068: "a service that it depends on did not start. Look at that one first",
  1069: "its account could not log on. Look at the account's password and its right to log on as a service",
  1070: "it hung while it started. Look at its log",
  1072: "it is marked for deletion. Restart the server, then look whether it is there",
  1077: "it was not started since the server booted",
};

/** The codes of the service control manager that verbs decide by. */
export const scCode = {
  accessDenied: 5,
  dependentsRunning: 1051,
  alreadyRunning: 1056,
  noSuchService: 1060,
  takesNoCommands: 1061,
  notStarted: 1062,
  ownError: 1066,
} as const;

/** A code as the end of a sentence: `error 1069: its account could not log on. Look at …`. */
export const codeSays = (code: number): string => {
  const meaning = meanings[code];
  return `error ${String(code)}${meaning === undefined ? ". Run the same command there to see what Windows says" : `: ${meaning}`}`;
};

/** `sc.exe` that failed. */
export class ServiceError extends Error {
  public override readonly name = "ServiceError";
  public readonly code: number;
  constructor(host: string, service: string, what: string, code: number) {
    super(`${host}: could not ${what} the service "${service}": ${codeSays(code)}.`);
    this.code = code;
  }
}
