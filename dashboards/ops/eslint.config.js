// Lint rules: typed TypeScript rules, React hooks, accessibility. Formatting is Prettier's.
import a11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import ts from "typescript-eslint";

/** Every file begins with a comment that says what it is for, and has one purpose: at most 400 lines. */
const files = {
    rules: {
        begins: {
            create: (context) => ({
                Program(node) {
                    const [first] = context.sourceCode.getAllComments();
                    if (!first || first.range[0] > 0) context.report({ node, message: "the first line says what the file is for" });
                },
            }),
        },
    },
};

export default ts.config(
    { ignores: ["dist", "src/api/generated"] },
    ts.configs.strictTypeChecked,
    { files: ["**/*.{ts,tsx}"], languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } } },
    {
        files: ["**/*.{ts,tsx,js}"],
        plugins: { files },
        rules: { "files/begins": "error", "max-lines": ["error", { max: 400 }], "no-console": "error", eqeqeq: "error" },
    },
    {
        files: ["**/*.{ts,tsx}"],
        rules: {
            "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
            "@typescript-eslint/no-floating-promises": [
                "error",
                { allowForKnownSafeCalls: [{ from: "package", package: "node:test", name: ["describe", "test"] }] },
            ],
            "@typescript-eslint/consistent-type-imports": "error",
            "@typescript-eslint/no-unused-vars": ["error", { varsIgnorePattern: "^_", argsIgnorePattern: "^_" }],
            "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
        },
    },
    { files: ["src/**/*.tsx"], ...a11y.flatConfigs.strict },
    {
        files: ["src/**/*.tsx"],
        rules: {
            // Tables say their roles, since narrow screens change their display, which would take the implicit ones away.
            "jsx-a11y/no-redundant-roles": "off",
            "jsx-a11y/no-interactive-element-to-noninteractive-role": "off",
            "jsx-a11y/no-noninteractive-element-interactions": "off",
            // Regions that scroll are reached by keys.
            "jsx-a11y/no-noninteractive-tabindex": "off",
            // A list is a fine listbox.
            "jsx-a11y/no-noninteractive-element-to-interactive-role": "off",
            // In dialogs that were just opened, the focus belongs to their first field.
            "jsx-a11y/no-autofocus": "off",
        },
    },
    {
        files: ["src/**/*.{ts,tsx}"],
        plugins: { "react-hooks": hooks },
        rules: { "react-hooks/rules-of-hooks": "error", "react-hooks/exhaustive-deps": "error" },
    },
    { files: ["**/*.js"], extends: [ts.configs.disableTypeChecked] },
);
