import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { certificateFindings, certificatesIn } from "../../components/windows/certificates.ts";
import { exercise, freeBytesIn } from "../../components/windows/exercise.ts";
import { holdersIn, statusesIn } from "../../components/windows/logon.ts";
import type { Finding } from "../../model/finding.ts";
import type { Host } from "../../model/host.ts";
import { sshPassword, windowsBench, type WindowsBench } from "./windows-bench.ts";
import { failure, stepBench } from "./step-io.ts";

const told = (findings: readonly Finding[]): readonly string[] =>
  findings.map((f) => `${f.severity} ${f.id}: ${f.says}`);

describe("A parked server that was started to be looked at", function () {
  this.timeout(30_000);
  let bench: WindowsBench;
  const start = async (rights?: readonly []): Promise<void> => {
    bench = await windowsBench(
      [{ name: "K2 Server", account: "CORP\\svc-k2", startType: "disabled", initially: "stopped" }],
      rights ? { rights } : {},
    );
    bench.server.clockErrorMs = Date.now() - bench.server.clock.now();
  };
  afterEach(() => bench.close());

  const look = async (host: Host = bench.host(), services = ["K2 Server"]): Promise<readonly string[]> => {
    const step = stepBench({ hosts: [host], secrets: { SSH: sshPassword } });
    const found = [
      ...(await exercise.keepOff(host.id, services, step.io)),
      ...(await exercise.look(host.id, services, step.io)),
    ];
    await step.end();
    return told(found);
  };

  it("is well where its services are off, its domain trusts it and their accounts may log on", async () => {
    await start();
    expect(await look()).to.deep.equal([]);
    expect(await bench.server.disk.exists("C:\\Windows\\Temp\\parallel-standby-rights.inf")).to.equal(false);
  });

  it("has a service stopped and disabled that came up with it, before anything else is looked at", async () => {
    await start();
    const service = bench.server.services.find("K2 Server");
    if (!service) throw new Error("no service");
    service.startType = "auto";
    await bench.server.services.runAlready("K2 Server");
    expect(await look()).to.deep.equal([
      'risk enabled:K2DR01/K2 Server: "K2 Server" was running, start type auto, when the server started: it would have worked beside the active site\'s. It is stopped and disabled now',
    ]);
    expect(service).to.include({ state: "stopped", startType: "disabled" });
  });

  it("has its owner find out who enabled such a service: disabled it is by then", async () => {
    await start();
    const service = bench.server.services.find("K2 Server");
    if (!service) throw new Error("no service");
    service.startType = "auto";
    const step = stepBench({ hosts: [bench.host()], secrets: { SSH: sshPassword } });
    const found = await exercise.keepOff(bench.host().id, ["K2 Server"], step.io);
    await step.end();
    expect(found.map((f) => f.todo)).to.deep.equal(["find out who enabled it"]);
    expect(service.startType).to.equal("disabled");
  });

  it("does not take a service for disabled that is not so when it is looked at once more", async () => {
    await start();
    const service = bench.server.services.find("K2 Server");
    if (!service) throw new Error("no service");
    // A policy puts it back at once.
    Object.defineProperty(service, "startType", { get: () => "auto", set: () => undefined });
    await bench.server.services.runAlready("K2 Server");
    expect((await failure(look())).message).to.equal(
      'it acted, but "K2 Server" on K2DR01 is stopped, start type auto; expected: stopped and disabled',
    );
  });

  it("is told that a service is not there", async () => {
    await start();
    expect(await look(bench.host(), ["K2 Server", "K2 Sever"])).to.deep.equal([
      'stops service:K2DR01/K2 Sever: it has no service "K2 Sever"',
    ]);
  });

  it("is told when its domain does not trust it any more", async () => {
    await start();
    bench.server.domain.channelStatus = 1786;
    expect(await look()).to.deep.equal([
      "stops trust:K2DR01: the domain corp.example does not trust it any more (nltest: 1786): no domain account can log on",
    ]);
    bench.server.registry.removeValue(
      "HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters",
      "Domain",
    );
    expect(await look(), "a server of a workgroup").to.deep.equal([]);
  });

  it("is told when the account of a service is gone, or may not log on as a service", async () => {
    await start();
    bench.server.domain.denyServiceLogon("CORP\\svc-k2");
    expect(await look()).to.deep.equal([
      'stops logon-right:K2DR01/CORP\\svc-k2: CORP\\svc-k2 has no right to log on as a service there, and "K2 Server" could not start (error 1069)',
    ]);
    bench.server.domain.deleteAccount("CORP\\svc-k2");
    expect(await look()).to.deep.equal([
      'stops account:K2DR01/CORP\\svc-k2: the account CORP\\svc-k2 of "K2 Server" is not known there: the service could not log on',
    ]);
  });

  it("is told of a restart that waits, and of a full drive", async () => {
    await start();
    bench.server.registry.addKey(
      "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update\\RebootRequired",
    );
    bench.server.disk.room("C", 3 * 1024 ** 3);
    expect(await look()).to.deep.equal([
      "risk reboot:K2DR01: an update waits for a restart: the first start after a move may take much longer",
      "risk disk:K2DR01/C: its drive C: has 3072 MB free",
    ]);
  });

  it("is told of a certificate in its store that ends", async () => {
    await start();
    const blob = storedCertificate(10);
    bench.server.registry.setValue(
      "HKLM\\SOFTWARE\\Microsoft\\SystemCertificates\\MY\\Certificates\\AB12",
      "Blob",
      {
        type: "REG_BINARY",
        data: blob.toString("hex").toUpperCase(),
      },
    );
    expect(await look()).to.deep.equal([
      "risk certificate:K2DR01/CN=k2.corp.example: the certificate CN=k2.corp.example in its store ends in 10 days",
    ]);
  });
});

/** A certificate as Windows stores it: properties before and after it, the certificate itself is number 32. */
function storedCertificate(days: number): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "certificate-"));
  try {
    execFileSync(
      "openssl",
      [
        ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=k2.corp.example -outform DER".split(
          " ",
        ),
        ...["-days", String(days), "-keyout", join(folder, "key"), "-out", join(folder, "der")],
      ],
      { stdio: "ignore" },
    );
    const property = (id: number, value: Buffer): Buffer => {
      const head = Buffer.alloc(12);
      head.writeUInt32LE(id, 0);
      head.writeUInt32LE(1, 4);
      head.writeUInt32LE(value.length, 8);
      return Buffer.concat([head, value]);
    };
    return Buffer.concat([
      property(3, Buffer.alloc(20, 1)),
      property(32, readFileSync(join(folder, "der"))),
      property(25, Buffer.alloc(16)),
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("What Windows prints of logons, disks and certificates", () => {
  it("is read in any language: numbers and codes, not words", () => {
    expect(
      statusesIn(
        "Trusted DC Connection Status Status = 0 0x0 NERR_Success\r\nTrust Verification Status = 1311 0x51f",
      ),
    ).to.deep.equal([0, 1311]);
    expect(statusesIn("")).to.deep.equal([]);
    for (const [text, bytes] of [
      ["Total free bytes                :  85,899,345,920 ( 80.0 GB)\r\nTotal bytes : 1", 85_899_345_920],
      ["Total free bytes              : 85899345920\r\n", 85_899_345_920],
      ["Gesamtzahl der freien Bytes : 85.899.345.920 (80,0 GB)", 85_899_345_920],
      ["Nombre total d'octets libres : 85 899 345 920 (80,0 Go)", 85_899_345_920],
      ["Error:  The system cannot find the path specified.", undefined],
    ] as const)
      expect(freeBytesIn(text), text).to.equal(bytes);
  });

  it("names who may log on as a service, by SID or by name, in UTF-16 or not", () => {
    const text =
      "[Privilege Rights]\r\nSeServiceLogonRight = *S-1-5-80-0,*S-1-5-21-1-2-3-1104,CORP\\svc-K2\r\n";
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]);
    for (const file of [Buffer.from(text), utf16])
      expect([...holdersIn(file)]).to.include.members(["s-1-5-80-0", "s-1-5-21-1-2-3-1104", "svc-k2"]);
    expect([...holdersIn(Buffer.from("[Privilege Rights]\r\n"))]).to.deep.equal([]);
  });

  it("holds certificates with their ends, and what cannot be read is passed over", () => {
    const line = (hex: string): string => `    Blob    REG_BINARY    ${hex}\r\n`;
    expect(certificatesIn(`\r\nHKEY…\\AB\r\n${line("00112233")}${line("")}`)).to.deep.equal([]);
    const [found] = certificatesIn(line(storedCertificate(40).toString("hex")));
    expect(found?.subject).to.equal("CN=k2.corp.example");
    const day = 86_400_000;
    const end = found?.notAfterMs ?? 0;
    const say = (nowMs: number): readonly string[] =>
      told(certificateFindings("A", found ? [found] : [], nowMs)).map((t) => t.split(":")[0] ?? "");
    expect(say(end - 31 * day)).to.deep.equal([]);
    expect(say(end - 29 * day)).to.deep.equal(["risk certificate"]);
    expect(say(end + 1)).to.deep.equal(["stops certificate"]);
  });
});
