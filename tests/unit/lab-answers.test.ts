import { expect } from "chai";
import { answersIn, completed, missingIn, wrongIn } from "../../cli/init/answers.ts";
import { estateText } from "../../cli/init/estate-text.ts";
import { answersOf } from "../../lab/world/answers.ts";
import { labServers } from "../../lab/world/places.ts";

describe("the answers that the lab writes for a project on its servers", () => {
  for (const perSite of [1, 2] as const)
    it(`leave nothing to be asked, and name ports, logins and keys of this start: ${String(perSite)} to a site`, () => {
      const servers = labServers(perSite);
      const hosts = Object.fromEntries(
        servers.map((s, i) => [
          s.name,
          {
            address: s.address,
            ssh: 20_000 + i,
            hostKey: "ssh-ed25519 AAAA",
            ...(s.runs.includes("sql") ? { sql: 30_000 + i } : {}),
          },
        ]),
      );
      const file = {
        hosts,
        ssh: { user: "CORP\\svc-dr", privateKey: ".lab/keys/id_ed25519" },
        dns: { address: "127.20.1.10", port: 5353 },
        k2Port: 24_017,
      };
      const given = answersIn(
        JSON.stringify(answersOf(file, servers, "/repository/lab/project")),
        "answers.json",
      );
      expect(missingIn(given)).to.deep.equal([]);
      expect(wrongIn(given)).to.deep.equal([]);
      const estate = estateText(completed(given));
      for (const said of [
        "port: 20000",
        `port: ${String(30_000 + servers.findIndex((s) => s.runs.includes("sql")))}`,
        "/repository/lab/project/.lab/keys/id_ed25519",
        "24017",
        "5353",
        '"dr-key"',
        '"dr_operator"',
      ])
        expect(estate).to.contain(said);
    });
});
