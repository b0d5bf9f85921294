import { Command } from "commander";
import { didYouMean } from "../../model/nearest.ts";
import { play } from "./play.ts";
import { scenarios } from "./scenarios.ts";

const program = new Command("npm run rehearse --")
  .description(
    "Plays a disaster in the lab from beginning to end, on the real engine, and checks from outside what came of it.",
  )
  .option("--scenario <name>", "which one", "k2-lost")
  .option("--json", "one JSON object on standard output")
  .option("--keep", "leave the lab running at the end, to look around; Ctrl+C stops it")
  .option("--list", "name the scenarios")
  .action(
    async ({
      scenario: name,
      json = false,
      keep = false,
      list = false,
    }: {
      scenario: string;
      json?: boolean;
      keep?: boolean;
      list?: boolean;
    }) => {
      if (list) {
        const width = Math.max(...scenarios.map((s) => s.name.length));
        for (const s of scenarios) process.stdout.write(`${s.name.padEnd(width)}  ${s.about}\n`);
        return;
      }
      const names = scenarios.map((s) => s.name);
      const scenario = scenarios.find((s) => s.name === name);
      if (!scenario) {
        process.stderr.write(
          `there is no scenario "${name}". Use one of ${names.join(", ")}.${didYouMean(name, names)}\n`,
        );
        process.exitCode = 2;
        return;
      }
      process.exitCode = await play(scenario, { json, keep });
    },
  );
await program.parseAsync();
