import type { Command } from "../cmd/shell.ts";
import { isAdministrator } from "../users.ts";
import { win32Text } from "../win32.ts";

/** `nltest /sc_verify:DOMAIN`: whether the computer's secure channel to its domain holds. */
export const nltest: Command = (call) => {
  const asked = /^\/sc_verify:(.+)$/i.exec(call.args[0] ?? "")?.[1];
  const { domain } = call.shell.host;
  if (asked === undefined) {
    call.out("Usage: nltest [/OPTIONS]\r\n");
    return 87;
  }
  if (!isAdministrator(call.shell.user)) {
    call.out("I_NetLogonControl failed: Status = 5 0x5 ERROR_ACCESS_DENIED\r\n");
    return 5;
  }
  if (asked.toLowerCase() !== domain.name.toLowerCase()) {
    call.out("I_NetLogonControl failed: Status = 1355 0x54b ERROR_NO_SUCH_DOMAIN\r\n");
    return 1355;
  }
  const { channelStatus: status } = domain;
  const told = `${String(status)} 0x${status.toString(16)} ${status === 0 ? "NERR_Success" : "ERROR"}`;
  call.out(
    [
      status === 0 ? "Flags: b0 HAS_IP  HAS_TIMESERV " : "Flags: 80",
      status === 0 ? `Trusted DC Name \\\\DC02.${domain.name} ` : "Trusted DC Name ",
      `Trusted DC Connection Status Status = ${told}`,
      `Trust Verification Status = ${told}`,
      "The command completed successfully",
      "",
    ].join("\r\n"),
  );
  return 0;
};

/** `secedit /export /areas USER_RIGHTS /cfg FILE`: who has which right, in UTF-16 with a byte order mark. */
export const secedit: Command = async (call) => {
  const words = call.args.map((word) => word.toLowerCase());
  const file = call.args[words.indexOf("/cfg") + 1];
  if (!words.includes("/export") || !words.includes("/cfg") || file === undefined) {
    call.out("secedit [/configure | /analyze | /import | /export | /validate | /generaterollback]\r\n");
    return 1;
  }
  const { host, user, files } = call.shell;
  if (!isAdministrator(user)) {
    call.err(`${win32Text(5)}\r\n`);
    return 1;
  }
  const accounts = [...new Set(host.services.list().map((s) => s.account))].filter((a) => a.includes("\\"));
  const holders = accounts
    .filter((a) => host.domain.mayLogOnAsService(a))
    .flatMap((a) => host.domain.sidOf(a) ?? []);
  const text = [
    "[Unicode]",
    "Unicode=yes",
    "[Privilege Rights]",
    "SeNetworkLogonRight = *S-1-1-0,*S-1-5-32-544",
    `SeServiceLogonRight = ${["*S-1-5-80-0", ...holders.map((sid) => `*${sid}`)].join(",")}`,
    "[Version]",
    'signature="$CHICAGO$"',
    "Revision=1",
    "",
  ].join("\r\n");
  await files.write(file, Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]));
  call.out(
    "\r\nThe task has completed successfully.\r\nSee log %windir%\\security\\logs\\scesrv.log for detail info.\r\n",
  );
  return 0;
};
