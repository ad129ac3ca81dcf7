/** Texts with named fields, as the server's catalogues write them. */

export type Language = "en" | "fr";
export const LANGUAGES: readonly Language[] = ["fr", "en"];

/** The template with its `{fields}` filled in; an unknown field stays as it is. */
export function fill(template: string, fields: Record<string, string | number>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => String(fields[name] ?? whole));
}

/** The language of a reader whose browser prefers these, the first that is spoken here. */
export function preferred(languages: readonly string[]): Language {
  for (const each of languages) {
    const short = each.slice(0, 2).toLowerCase();
    if (short === "fr" || short === "en") return short;
  }
  return "en";
}
