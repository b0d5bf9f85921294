/** Windows's system error codes and their English texts, as `net helpmsg` prints them (Microsoft: System Error Codes). */
const texts: Readonly<Record<number, string>> = {
  0: "The operation completed successfully.",
  1: "Incorrect function.",
  2: "The system cannot find the file specified.",
  3: "The system cannot find the path specified.",
  5: "Access is denied.",
  53: "The network path was not found.",
  87: "The parameter is incorrect.",
  112: "There is not enough space on the disk.",
  1051: "A stop control has been sent to a service that other running services are dependent on.",
  1052: "The requested control is not valid for this service.",
  1053: "The service did not respond to the start or control request in a timely fashion.",
  1056: "An instance of the service is already running.",
  1057: "The account name is invalid or does not exist, or the password is invalid for the account name specified.",
  1058: "The service cannot be started, either because it is disabled or because it has no enabled devices associated with it.",
  1060: "The specified service does not exist as an installed service.",
  1061: "The service cannot accept control messages at this time.",
  1062: "The service has not been started.",
  1064: "An exception occurred in the service when handling the control request.",
  1066: "The service has returned a service-specific error code.",
  1067: "The process terminated unexpectedly.",
  1068: "The dependency service or group failed to start.",
  1069: "The service did not start due to a logon failure.",
  1075: "The dependency service does not exist or has been marked for deletion.",
  1077: "No attempts to start the service have been made since the last boot.",
  1115: "A system shutdown is in progress.",
  1116: "Unable to abort the system shutdown because no shutdown was in progress.",
  1190: "A system shutdown has already been scheduled.",
  1639: "Invalid command line argument. Consult the Windows Installer SDK for detailed command line help.",
  1722: "The RPC server is unavailable.",
};

/** The text of a system error code. */
export function win32Text(code: number): string {
  return (
    texts[code] ??
    `The system cannot find message text for message number 0x${code.toString(16)} in the message file for BASE.`
  );
}
