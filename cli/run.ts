import type { Command } from "commander";
import { examples } from "./help.ts";
import type { Terminal } from "./terminal.ts";

/** `run`: drives a move without Pulumi, from the journal alone. */
export function addRun(program: Command, terminal: Terminal): void {
  program
    .command("run")
    .summary("drive a move without Pulumi, when its engine or its state is broken")
    .description(
      'Does what "pulumi up" of dr-active or primary-active does, without Pulumi: begins the move that is declared, or goes on with one that is unfinished. The same plan, the same steps and the same journal: the two can take turns on one activation. A step that fails stops what depends on it and nothing else; type the same again once it is mended. Ctrl+C: nothing new begins, and what runs ends its work; once more: it is left to end by itself.',
    )
    .option("--to <site>", "dr or primary; without it, on with what is unfinished, or as declared")
    .option("--preview", "print the plan, and change nothing", false)
    .addHelpText(
      "after",
      examples(
        ["parallel-standby run --to dr --preview", "parallel-standby run --to dr", "parallel-standby run"],
        {
          1: "the move is not completed; what is printed last says what failed and what to do",
          130: "Ctrl+C twice: steps that ran were left to end by themselves",
        },
      ),
    )
    .action(async ({ to, preview }: { readonly to?: string; readonly preview: boolean }) => {
      const { UsageError } = await import("./failure.ts");
      const { siteIds } = await import("../model/site.ts");
      const site = siteIds.find((s) => s === to);
      if (to !== undefined && site === undefined)
        throw new UsageError(`--to ${JSON.stringify(to)} is no site. Write dr or primary`);
      const { run } = await import("./run/run.ts");
      const { stepProcesses } = await import("./run/step-process.ts");
      const { onStop } = await import("./run/stop.ts");
      const { openProject, registries } = await import("./project.ts");
      const { stackOutputs } = await import("../steps/pulumi-stacks.ts");
      const project = await openProject(terminal);
      const known = await registries();
      const machine = { runStep: stepProcesses(project.root), outputsOf: stackOutputs, onStop };
      const { withReport } = await import("./report/beside.ts");
      await withReport(project, terminal, () =>
        run({ ...(site === undefined ? {} : { to: site }), preview }, project, known, terminal, machine),
      );
    });
}
