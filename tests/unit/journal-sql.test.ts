import { expect } from "chai";
import { execa } from "execa";
import { statementsIn } from "../../steps/stores/sql/tsql.ts";
import { journalOn } from "../../journal/journal.ts";
import { openJournal } from "../../steps/open-journal.ts";
import { failureOf } from "./cli-fixture.ts";
import { sqlServerForJournal, storeKinds, storeOf, type StoreBench } from "./store-benches.ts";
import { expectTsql, itParses } from "./tsqlcheck.ts";
import { until } from "./until.ts";

describe("the statements of a journal in SQL Server", () => {
  itParses("are T-SQL of every version", async function () {
    this.timeout(20_000);
    for (const database of ["ParallelStandby", "DR journal-1"]) {
      const { draft, ...texts } = statementsIn(database);
      for (const text of [...Object.values(texts), draft(1), draft(500)]) await expectTsql(text);
    }
  });

  it("draft no more lines at once than SQL Server takes parameters for", () => {
    const text = statementsIn("ParallelStandby").draft(500);
    expect(new Set(text.match(/@\w+/g)).size).to.be.lessThan(2100);
    expect(text.match(/\(@draft/g)).to.have.length(500);
  });
});

describe("a journal in SQL Server", function () {
  this.timeout(20_000);
  let bench: StoreBench;
  let server: Awaited<ReturnType<typeof sqlServerForJournal>>;
  const kind = storeKinds.find((k) => k.name.includes("SQL Server"));
  beforeEach(async () => {
    if (!kind) throw new Error("no such kind");
    bench = await kind.open();
    server = await sqlServerForJournal();
    if ("sql" in bench.ref) bench.ref.sql.port = server.port;
  });
  afterEach(async () => {
    await server.close();
    await bench.close();
  });
  const run = async (sql: string): Promise<void> => {
    const { errors } = await server.instance.run(sql);
    if (errors[0]) throw new Error(errors[0].text);
  };

  it("says of a database that is not online that it is not, and never takes it for one without a journal", async () => {
    await journalOn(storeOf(bench)).append({ kind: "genesis", estate: "toys", active: "primary" });
    await run("ALTER DATABASE [ParallelStandby] SET OFFLINE");
    expect((await failureOf(storeOf(bench).read())).message).to.match(
      /^the journal in database ParallelStandby on .* cannot be read: the database is OFFLINE, not ONLINE/,
    );
    const open = storeOf(bench);
    await run("ALTER DATABASE [ParallelStandby] SET ONLINE");
    expect(await open.read()).to.contain("genesis");
    await run("ALTER DATABASE [ParallelStandby] SET OFFLINE WITH ROLLBACK IMMEDIATE");
    expect((await failureOf(open.read())).message).to.match(/the database is OFFLINE/);
  });

  it("says that its login lacks rights, and never takes tables that it may not see for none", async () => {
    await journalOn(storeOf(bench)).append({ kind: "genesis", estate: "toys", active: "primary" });
    const { ref } = bench;
    if (!("sql" in ref)) throw new Error("not in SQL Server");
    const lesser = { ...bench, ref: { sql: { ...ref.sql, user: "lesser" } } };
    await run("CREATE LOGIN [lesser] WITH PASSWORD = N'one horse', CHECK_POLICY = OFF");
    const inDatabase = async (sql: string): Promise<void> => {
      const { errors } = await server.instance.run(sql, "ParallelStandby");
      if (errors[0]) throw new Error(errors[0].text);
    };
    const refused =
      /cannot be read: the login lesser may not use that database. Let it CONNECT, SELECT, INSERT, UPDATE and DELETE there \(docs\/permissions.md\)$/;
    expect((await failureOf(storeOf(lesser).read())).message, "no user").to.match(refused);
    await inDatabase("CREATE USER [lesser] FOR LOGIN [lesser]");
    expect((await failureOf(storeOf(lesser).read())).message, "no right").to.match(refused);
    await inDatabase("GRANT SELECT TO [lesser]");
    expect(await storeOf(lesser).read(), "a right on the database").to.contain("genesis");
    await inDatabase("REVOKE SELECT FROM [lesser]");
    await inDatabase("GRANT SELECT ON [dbo].[JournalLines] TO [lesser]");
    expect((await failureOf(storeOf(lesser).read())).message, "a right on one table").to.match(refused);
    await inDatabase("GRANT SELECT ON [dbo].[JournalLeases] TO [lesser]");
    expect(await storeOf(lesser).read(), "a right on both tables").to.contain("genesis");
  });

  it("notices a table that was put back to an older one, or whose lines were changed", async () => {
    const store = storeOf(bench);
    const journal = journalOn(store);
    await journal.append({ kind: "genesis", estate: "toys", active: "primary" });
    await journal.append({ kind: "withdrawn", as: "ann", reason: "a" });
    await run("DELETE FROM [ParallelStandby].[dbo].[JournalLines] WHERE [Line] = 1");
    expect(await journal.entries()).to.have.length(1);
    await journal.append({ kind: "withdrawn", as: "ann", reason: "b" });
    await run(
      "UPDATE [ParallelStandby].[dbo].[JournalLines] SET [Text] = REPLACE([Text], '\"b\"', '\"c\"') WHERE [Line] = 1",
    );
    expect((await failureOf(journal.entries())).message).to.match(/broken at entry 1: its text was changed/);
  });

  it("keeps its connection from one look of a step that works to the next, and closes it after the last", async () => {
    const store = storeOf(bench);
    const sessions = (): readonly unknown[] => [...server.instance.sessions.values()];
    const before = new Set(sessions());
    const own = (): readonly unknown[] => sessions().filter((s) => !before.has(s));
    await store.read();
    const first = own();
    expect(first).to.have.length(1);
    await store.read();
    const idleFrom = performance.now();
    expect(own()[0] === first[0] && own().length === 1, "the same connection").to.equal(true);
    await until("nobody is connected", () => own().length === 0, 10_000);
    expect(performance.now() - idleFrom, "a step looks every 2 s whether it is skipped").to.be.greaterThan(
      2_000,
    );
  });

  it("lets a program that has used it end by itself", async () => {
    const program = `
      import { openJournal } from ${JSON.stringify(import.meta.resolve("../../steps/open-journal.ts"))};
      const { store } = openJournal(${JSON.stringify(bench.ref)});
      const lease = await store.lease("run", 30_000);
      process.once("beforeExit", () => void lease.release());
      await store.read();`;
    await execa(process.execPath, ["--input-type=module", "-e", program], {
      cwd: bench.root,
      env: bench.env,
      timeout: 15_000,
    });
    expect(await storeOf(bench).leases(), "what it gives back at its end").to.deep.equal([]);
  });

  it("waits for whoever holds its lock, and says after a while that somebody does", async () => {
    await journalOn(storeOf(bench)).append({ kind: "genesis", estate: "toys", active: "primary" });
    const stop = new AbortController();
    const held = server.instance.run(
      "EXEC sp_getapplock @Resource = N'parallel-standby journal of ParallelStandby', @LockMode = 'Exclusive', @LockOwner = 'Session'; WHILE 1 = 1 WAITFOR DELAY '00:00:01'",
      "master",
      { signal: stop.signal },
    );
    const why = await failureOf(
      journalOn(storeOf(bench)).append({ kind: "withdrawn", as: "ann", reason: "a" }),
    );
    expect(why.message).to.match(
      /was not written: others have held its lock for 10 s \(sp_getapplock gave -1\)/,
    );
    stop.abort();
    await held.catch(() => undefined);
  });

  it("keeps journals of two estates apart by their databases", async () => {
    if (!("sql" in bench.ref)) throw new Error("not in SQL Server");
    const other = openJournal({ sql: { ...bench.ref.sql, database: "Second journal" } });
    await journalOn(storeOf(bench)).append({ kind: "genesis", estate: "toys", active: "primary" });
    expect(await other.entries()).to.have.length(0);
    await other.append({ kind: "genesis", estate: "other", active: "dr" });
    expect(other.store.place).to.match(/^database Second journal on 127\.0\.0\.1:\d+$/);
    expect(await journalOn(storeOf(bench)).entries()).to.have.length(1);
  });
});
