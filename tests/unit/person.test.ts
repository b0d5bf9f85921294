import { expect } from "chai";
import { mayAnswer } from "../../journal/people.ts";
import type { EntryOf } from "../../journal/entries.ts";
import { trouble } from "../../cli/declare/words.ts";
import { isSamePerson } from "../../model/person.ts";

describe("two names", () => {
  it("are one person's, however they are typed: by case, points, hyphens, width or what cannot be seen", () => {
    for (const other of [
      ...["R.Okafor", " r. okafor ", "R OKAFOR", "R-Okafor", "R_Okafor", "Ｒ．Ｏｋａｆｏｒ", "r\u200bokafor"],
      ...["R.\u00adOkafor", "R.Okafor\u3164", "R.Oka\u034ffor", "R'Okafor"],
    ])
      expect(isSamePerson("R.Okafor", other), JSON.stringify(other)).to.equal(true);
    expect(isSamePerson("José", "Jose\u0301")).to.equal(true);
  });

  it("are two people's where a letter or a digit differs", () => {
    for (const other of ["S.Lee", "R.Okafor2", "R.Okafo", "Р.Иванов"])
      expect(isSamePerson("R.Okafor", other), other).to.equal(false);
  });

  it("do not let one approve what he has asked for himself, by one sign more", () => {
    const question = { notBy: "R.Okafor" } as EntryOf<"waiting">;
    expect(mayAnswer(question, { verdict: "approved", as: "R-Okafor" })).to.equal(false);
    expect(mayAnswer(question, { verdict: "approved", as: "S.Lee" })).to.equal(true);
  });

  it("are refused where they hold a sign that cannot be seen", () => {
    for (const text of ["op\u200b", "op\u00ad", "\ufeffop", "op\u202e", "o\u0007p"])
      expect(trouble(text), JSON.stringify(text)).to.match(
        /control character, or another one that cannot be seen/,
      );
    expect(trouble("R. Okafor, São Paulo")).to.equal(undefined);
  });
});
