import { expect } from "chai";
import { alone } from "../../components/sql/log-shipping/run/alone.ts";
import { SqlError, type Sql } from "../../steps/transports/sql.ts";

describe("a backup that needs a database for itself", () => {
  /** What it says and tries where SQL Server refuses it with these errors, one after the other, and then takes it. */
  async function taken(...refusals: readonly (readonly number[])[]) {
    const said: string[] = [];
    const tried: string[] = [];
    const long = (statement: string): Promise<void> => {
      const numbers = refusals[tried.length];
      tried.push(statement);
      return numbers ? Promise.reject(new SqlError("refused", numbers)) : Promise.resolve();
    };
    const sql: Pick<Sql, "long"> = { long };
    const ended = await alone(sql, "K2", "BACKUP LOG [K2]", { say: (line) => void said.push(line) }).then(
      () => "taken",
      (error: unknown) => String(error),
    );
    return { ended, said, tried };
  }

  it("is tried again, the session ended, whether that has the only place or is in the way", async () => {
    for (const numbers of [
      [924, 3013],
      [3101, 3013],
    ]) {
      const { ended, said, tried } = await taken(numbers);
      expect(ended, String(numbers)).to.equal("taken");
      expect(said).to.deep.equal(["somebody is in K2; trying again"]);
      expect(tried).to.have.length(2);
      for (const statement of tried) expect(statement).to.match(/SINGLE_USER.*\nBACKUP LOG \[K2\]$/);
    }
  });

  it("is given up after the fifth try, and at once for any other reason", async () => {
    expect(await taken(...Array.from({ length: 9 }, () => [3101]))).to.deep.include({
      ended: "SqlError: refused",
    });
    expect((await taken(...Array.from({ length: 9 }, () => [3101]))).tried).to.have.length(5);
    expect(await taken([3202])).to.deep.include({ ended: "SqlError: refused", said: [] });
  });
});
