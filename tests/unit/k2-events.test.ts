import { expect } from "chai";
import {
  errorLines,
  errorsOfK2,
  errorsSinceCommand,
  lastChange,
  parseEvents,
} from "../../components/k2/events.ts";

const event = (provider: string, time: string, data: string): string =>
  `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='${provider}'/><EventID Qualifiers='0'>1000</EventID><TimeCreated SystemTime='${time}'/></System><EventData>${data}</EventData></Event>\r\n`;

describe("K2's logs", () => {
  it("reads events as wevtutil writes them, with names and entities", () => {
    const found = parseEvents(
      event(
        "Service Control Manager",
        "2026-11-22T03:10:00.1234567Z",
        "<Data Name='param1'>K2 Server</Data><Data Name='param2'>läuft</Data><Binary>4B00</Binary>",
      ) + event("K2 &amp; more", "2026-11-22T03:09:00.0000000Z", "<Data>a &lt;b&gt; &#65;&#x42;</Data>"),
    );
    expect(found).to.deep.equal([
      {
        provider: "Service Control Manager",
        time: "2026-11-22T03:10:00.1234567Z",
        texts: ["K2 Server", "läuft"],
      },
      { provider: "K2 & more", time: "2026-11-22T03:09:00.0000000Z", texts: ["a <b> AB"] },
    ]);
    expect(lastChange(found, "K2 Server")).to.equal("2026-11-22T03:10:00.1234567Z");
    expect(lastChange(found, "Spooler")).to.equal(undefined);
    expect(parseEvents("")).to.deep.equal([]);
  });

  it("takes for K2's errors those of its sources and those about its process, of Windows and of .NET", () => {
    const events = parseEvents(
      event("SourceCode.Logging.Extension.EventLogExtension", "t1", "<Data>no licence</Data>") +
        event("Application Error", "t2", "<Data>K2HostServer.exe</Data><Data>4.17</Data>") +
        event("MSSQLSERVER", "t3", "<Data>a backup failed</Data>"),
    );
    expect(errorsOfK2(events, ["K2", "sourcecode"]).map((e) => e.time)).to.deep.equal(["t1", "t2"]);
  });

  it("asks for errors since a moment without a character that cmd.exe takes for its own outside quotes", () => {
    const command = errorsSinceCommand("2026-11-22T03:10:00.1234567Z");
    expect(command).to.contain("TimeCreated[@SystemTime>='2026-11-22T03:10:00.1234567Z']");
    expect(command.replaceAll(/"[^"]*"/g, "")).to.not.match(/[<>|&^%!]/);
  });

  it("reads the errors of a Host Server log with their time, and nothing that only mentions one", () => {
    const log = [
      '"1","2026-11-22 03:10:00","Info","General","1","Starting","no Error so far","anonymous","0.0.0.0","K2DR01"',
      '"2","2026-11-22 03:10:05","Error","System","2025","ProcessPacketError","no licence","anonymous","0.0.0.0","K2DR01"',
      "   at SourceCode.Hosting.Error()",
      "2026-11-22T03:10:06 Error: plain",
      "",
    ].join("\r\n");
    expect(errorLines(log).map((l) => l.time)).to.deep.equal(["2026-11-22 03:10:05", "2026-11-22 03:10:06"]);
  });
});
