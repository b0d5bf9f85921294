import type { Rule } from "eslint";
import { childHasParent, noSpreadOptions, registerOutputsLast } from "./components.ts";
import { importDirections } from "./import-directions.ts";

/** The repository's own lint rules. */
export const rules = {
  "import-directions": importDirections,
  "child-has-parent": childHasParent,
  "no-spread-options": noSpreadOptions,
  "register-outputs-last": registerOutputsLast,
} satisfies Record<string, Rule.RuleModule>;
