// SPDX-License-Identifier: Apache-2.0
/** The strictest sets of typescript-eslint; what is switched off says why. */
import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig(
    { ignores: ["node_modules/", "coverage/"] },
    js.configs.recommended,
    {
        files: ["**/*.ts", "**/*.tsx"],
        extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
        languageOptions: { parserOptions: { project: ["./tsconfig.json", "./tests/tsconfig.json"], tsconfigRootDir: import.meta.dirname } },
        rules: {
            eqeqeq: "error",
            "no-eval": "error",
            "no-console": "error",
            // Numbers, bigints and booleans read well in templates.
            "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
            // `() => close()` as an event handler is clear enough.
            "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
            "@typescript-eslint/consistent-type-definitions": "off",
            "@typescript-eslint/switch-exhaustiveness-check": "error",
            "@typescript-eslint/consistent-type-imports": "error",
        },
    },
    {
        files: ["tests/**"],
        // A test may say `list[0]!`: being wrong there fails the test.
        rules: { "@typescript-eslint/no-non-null-assertion": "off", "no-console": "off" },
    },
    {
        files: ["*.mjs", "*.js"],
        languageOptions: { globals: { process: "readonly", console: "readonly" } },
    },
);
