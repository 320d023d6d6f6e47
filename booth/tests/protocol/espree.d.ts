/** The one function of espree that the tests use; it ships no types. */
declare module "espree" {
    export function parse(code: string, options: { ecmaVersion: number; sourceType: "script" | "module" }): { body: { type: string }[] };
}
