import pulumi from "@pulumi/eslint-plugin";
import tseslint from "typescript-eslint";
import { rules } from "./tools/lint/index.ts";

const typescript = ["**/*.ts"];

export default tseslint.config(
  { ignores: ["node_modules/", "dist/", "**/.lab/", "**/.state/", "coverage/"] },
  {
    // A rule that has to be switched off at one place is the wrong rule: change it here, for everybody.
    linterOptions: { noInlineConfig: true },
  },
  {
    files: typescript,
    extends: [tseslint.configs.strictTypeChecked],
    plugins: { pulumi, own: { rules } },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: "error",
      "no-console": "error",
      "max-lines": ["error", 300],
      "@typescript-eslint/consistent-type-imports": [
        "error",
        { fixStyle: "inline-type-imports", disallowTypeAnnotations: false },
      ],
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
      ],
      // A number reads well in a text; objects, arrays and undefined do not.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // `() => list.push(x)` is plain where its value is not used.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // What must be left out of an object is named and not used; a leading underscore says so.
      "@typescript-eslint/no-unused-vars": [
        "error",
        { ignoreRestSiblings: true, argsIgnorePattern: "^_", varsIgnorePattern: "^_" },
      ],
      // Verb<A> and Act<A> carry their argument type through interfaces that mention it once.
      "@typescript-eslint/no-unnecessary-type-parameters": "off",
      // Interfaces declare methods, which compare their arguments leniently; what implements them are closures.
      "@typescript-eslint/unbound-method": "off",
      // An interface asks for a promise where one of its implementations has nothing to wait for.
      "@typescript-eslint/require-await": "off",
      "pulumi/no-output-in-template-literal": "error",
      "pulumi/no-output-instance-in-template-literal": "error",
      "own/import-directions": "error",
      "own/child-has-parent": "error",
      "own/no-spread-options": "error",
      "own/register-outputs-last": "error",
      "no-restricted-imports": [
        "error",
        {
          paths: [{ name: "@pulumi/azure-native", message: "Import the leaf: the root loads 16,000 files." }],
          patterns: [
            {
              regex: "^@pulumi/azure-native/(?!.+/.+\\.js$)",
              message: 'Import the leaf, with its file: "@pulumi/azure-native/compute/virtualMachine.js".',
            },
          ],
        },
      ],
    },
  },
  {
    // In a test, the assertion library's properties are statements, and a long table is one idea.
    files: ["tests/**/*.ts", "bench/**/*.ts"],
    rules: {
      "@typescript-eslint/no-unused-expressions": "off",
      "max-lines": "off",
    },
  },
  {
    // Plain JavaScript: what runs before the Node version is checked, the lint rules, this file.
    files: ["**/*.js"],
    extends: [tseslint.configs.base],
    plugins: { own: { rules } },
    rules: { eqeqeq: "error", "own/import-directions": "error" },
  },
);
